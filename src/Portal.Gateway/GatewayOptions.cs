namespace Portal.Gateway;

/// <summary>Bounds of the registry API.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Portal:Gateway";

    /// <summary>The <c>service</c> of challenges and the audience of tokens, 1 to 100 characters.</summary>
    public string Service { get; set; } = "portal-registry";

    /// <summary>Minutes that a token holds, 1 to 120. Rights are looked up for each request all the same.</summary>
    public int TokenMinutes { get; set; } = 15;

    /// <summary>The largest page of tags, repositories or referrers, 1 to 10,000; larger requests get this many.</summary>
    public int MaxPageSize { get; set; } = 1_000;

    /// <summary>The largest body of one upload request in bytes, 1 MiB to 10 TiB.</summary>
    public long MaxUploadBytes { get; set; } = 100L << 30;

    /// <summary>The most scopes in one token request, 1 to 100.</summary>
    public int MaxScopes { get; set; } = 20;

    /// <summary>Seconds without a byte from or to the backing registry after which a transfer is given up, 5 to 3,600.</summary>
    public int TransferIdleSeconds { get; set; } = 300;

    internal IEnumerable<string> Problems()
    {
        if (Service.Length is < 1 or > 100 || Service.Any(c => c is '"' or '\\' || char.IsControl(c) || c > '~')) yield return $"{Section}:Service has 1 to 100 plain characters.";
        if (TokenMinutes is < 1 or > 120) yield return $"{Section}:TokenMinutes is 1 to 120.";
        if (MaxPageSize is < 1 or > 10_000) yield return $"{Section}:MaxPageSize is 1 to 10,000.";
        if (MaxUploadBytes is < 1 << 20 or > 10L << 40) yield return $"{Section}:MaxUploadBytes is 1 MiB to 10 TiB.";
        if (MaxScopes is < 1 or > 100) yield return $"{Section}:MaxScopes is 1 to 100.";
        if (TransferIdleSeconds is < 5 or > 3_600) yield return $"{Section}:TransferIdleSeconds is 5 to 3,600.";
    }
}
