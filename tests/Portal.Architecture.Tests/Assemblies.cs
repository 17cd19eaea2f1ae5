using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Portal.Architecture.Tests;

/// <summary>The product's assemblies as they were built, read without loading them.</summary>
static class Assemblies
{
    public static IReadOnlyList<AssemblyDefinition> Product { get; } =
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "Portal*.dll").Where(f => !f.Contains(".Tests.", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => AssemblyDefinition.ReadAssembly(f))];

    public static AssemblyDefinition Named(string name) => Product.Single(a => a.Name.Name == name);

    public static IEnumerable<TypeDefinition> Types(AssemblyDefinition assembly) => assembly.MainModule.GetTypes();

    /// <summary>Every type that a type's signature or code names, generic arguments and the code of lambdas and async methods included.</summary>
    public static IEnumerable<TypeReference> Uses(TypeDefinition type)
    {
        var direct = new List<TypeReference?> { type.BaseType };
        direct.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        direct.AddRange(type.Fields.Select(f => f.FieldType));
        direct.AddRange(type.CustomAttributes.Select(a => a.AttributeType));
        foreach (var method in type.Methods)
        {
            direct.Add(method.ReturnType);
            direct.AddRange(method.Parameters.Select(p => p.ParameterType));
            if (!method.HasBody) continue;
            direct.AddRange(method.Body.Variables.Select(v => v.VariableType));
            direct.AddRange(method.Body.Instructions.SelectMany(Operand));
        }
        return direct.OfType<TypeReference>().SelectMany(Parts);
    }

    static IEnumerable<TypeReference> Operand(Instruction instruction) => instruction.Operand switch
    {
        TypeReference t => [t],
        MethodReference m => [m.DeclaringType, m.ReturnType, .. m.Parameters.Select(p => p.ParameterType), .. (m as GenericInstanceMethod)?.GenericArguments ?? []],
        FieldReference f => [f.DeclaringType, f.FieldType],
        _ => [],
    };

    static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType g => [g.ElementType, .. g.GenericArguments.SelectMany(Parts)],
        TypeSpecification s => Parts(s.ElementType),
        _ => [type],
    };

    /// <summary>The namespace of a type or of the type it is nested in.</summary>
    public static string Namespace(TypeReference type)
    {
        while (type.DeclaringType is not null) type = type.DeclaringType;
        return type.Namespace;
    }
}
