using System.Globalization;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Harbor 2, and registries with its API: projects are created before a push.</summary>
public sealed class HarborVendor : RegistryVendor
{
    /// <inheritdoc />
    public override RegistryVendorKind Kind => RegistryVendorKind.Harbor;
    /// <inheritdoc />
    public override string DisplayName => "Harbor";
    /// <inheritdoc />
    public override IReadOnlyList<CredentialField> Fields { get; } =
    [
        CommonFields.User("A user, or a robot with its prefix, such as robot$project+name."),
        CommonFields.Secret("Password", "The password, the CLI secret of a user who signs in by an identity provider, or the robot's secret."),
    ];
    /// <inheritdoc />
    public override VendorCapabilities Capabilities { get; } = new()
    {
        FiltersByPrefix = true,
        BeforePush = BeforePush.Created,
        Referrers = Support.Yes,
        RateLimitHeaders = ["Retry-After"],
    };

    /// <inheritdoc />
    public override Error? Check(Uri url, VendorCredential credential) => base.Check(url, credential) ?? BothOrNone(credential, "username", "password");

    /// <inheritdoc />
    public override VendorRegistry Open(VendorContext context) =>
        new HarborRegistry(this, context, new VendorApi(context.Http, new(context.Url, "api/v2.0/"), "Harbor", VendorApi.Basic(context.Credentials())));

    sealed class HarborRegistry(RegistryVendor vendor, VendorContext context, VendorApi api)
        : VendorRegistry(vendor, context, new(context.Url, context.Credentials()) { CredentialHosts = CommonFields.Hosts() })
    {
        public override async Task<Result<NamePage>> ListRepositoriesAsync(RepositoryQuery query, CancellationToken ct = default)
        {
            var page = int.Parse(query.Next ?? "1", NumberStyles.None, CultureInfo.InvariantCulture);
            var size = Math.Clamp(query.PageSize, 1, Vendor.Capabilities.MaxRepositoriesPage);
            var filter = query.Prefix is { } prefix ? "&q=" + Uri.EscapeDataString("name=~" + prefix) : "";
            var answer = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"repositories?page={page}&page_size={size}{filter}"), ct);
            return answer.Map(a => new NamePage([.. a.Items().Select(r => r.Text("name")).OfType<string>().Where(n => Matches(n, query.Prefix))],
                a.NextLink is null ? null : (page + 1).ToString(CultureInfo.InvariantCulture)));
        }

        public override async Task<Result> PrepareAsync(string repository, CancellationToken ct = default)
        {
            if (repository.IndexOf('/') is not (> 0 and var slash)) return Error.Invalid("repository", "A name on Harbor is <project>/<repository>.");
            var project = repository[..slash];
            var there = await api.SendAsync(HttpMethod.Get, $"projects/{project}", null, ct, ("X-Is-Resource-Name", "true"));
            if (there.Ok)
                return there.Value.Json.Number("registry_id") is > 0 ? new Error("DENIED", $"The project '{project}' is a proxy cache, which takes no pushes.", ErrorKind.Denied) : Result.Success;
            // a project that may not be seen answers 403; creating it then says which it is
            if (there.Error.Kind is not (ErrorKind.NotFound or ErrorKind.Forbidden)) return there.Error;
            var made = await api.PostAsync("projects", new() { ["project_name"] = project, ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["public"] = "false" } }, ct);
            return made.Ok || made.Error.Kind == ErrorKind.Conflict ? Result.Success : made.Error;
        }

        public override Task<Result> DeleteTagAsync(string repository, TagName tag, CancellationToken ct = default) => DeleteAsync(repository, $"{tag}/tags/{tag}", ct);

        public override Task<Result> DeleteManifestAsync(string repository, Digest digest, CancellationToken ct = default) => DeleteAsync(repository, digest.Text, ct);

        // encoded twice, as some proxies in front decode once
        async Task<Result> DeleteAsync(string repository, string artifact, CancellationToken ct) => repository.Split('/', 2) is [var project, var rest]
            ? await api.DeleteAsync($"projects/{project}/repositories/{Uri.EscapeDataString(Uri.EscapeDataString(rest))}/artifacts/{artifact}", ct)
            : Error.Invalid("repository", "A name on Harbor is <project>/<repository>.");
    }
}
