using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Client;
using Portal.Registry.Images;

namespace Portal.Launcher.Demo;

/// <summary>
/// Fills a running Portal with people, projects and genuine images to look at: accounts through the services, images through its own
/// <c>/v2</c>. What is there already is left alone, so a second run adds nothing and a broken one is completed.
/// </summary>
sealed class DemoContent(IServiceProvider services, Uri address, Action<string> say)
{
    const int PasswordLength = 24;
    const string Letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    readonly UserService _users = services.GetRequiredService<UserService>();
    readonly ProjectQueries _projects = services.GetRequiredService<ProjectQueries>();
    readonly Dictionary<string, RegistryClient> _clients = [];

    /// <summary>Adds what is missing.</summary>
    /// <exception cref="StartFailedException">Portal refused something; the message names it.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var accounts = await PeopleAsync(cancel);
        await ProjectsAsync(accounts, cancel);
        using var http = new HttpMessageInvoker(RegistryClient.CreateHandler());
        var pushed = 0;
        foreach (var push in new DemoImages(services.GetRequiredService<TimeProvider>().GetUtcNow()).All())
        {
            var pusher = DemoPeople.Projects.Single(p => p.Name == push.Project).Pusher;
            if (await IsThereAsync(push, cancel)) continue;
            if (pushed++ == 0) say("Demo: pushing images through /v2; this takes about a minute.");
            var client = await ClientAsync(http, pusher, accounts[pusher], cancel);
            await PushAsync(client, push, cancel);
            say($"Demo: {push.Project}/{push.Repository}:{push.Tags[0]}");
        }
        if (pushed > 0) await PullAsync(http, accounts, cancel);
        say(pushed == 0
            ? "Demo: everything is there already."
            : string.Create(CultureInfo.InvariantCulture, $"Demo: {pushed} pushes in {watch.Elapsed.TotalSeconds:0} s. Sign in as admin; the others have random passwords, which admin can reset."));
    }

    async Task<Dictionary<string, int>> PeopleAsync(CancellationToken cancel)
    {
        var queries = services.GetRequiredService<UserQueries>();
        var accounts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var person in DemoPeople.People)
        {
            var known = await queries.SearchAsync(Caller.Portal, person.Name, PageRequest.MaxTake, cancel);
            Require(known.Error, person.Name);
            if (known.Value.FirstOrDefault(u => u.Name == person.Name) is { } user)
            {
                accounts[person.Name] = user.Id;
                continue;
            }
            var made = await _users.CreateAsync(Caller.Portal, person.Name, Password(), UserProfile.Empty with { DisplayName = person.DisplayName, Email = $"{person.Name}@northlane.example" }, false, cancel);
            Require(made.Error, person.Name);
            accounts[person.Name] = made.Value;
        }
        return accounts;
    }

    async Task ProjectsAsync(Dictionary<string, int> accounts, CancellationToken cancel)
    {
        var service = services.GetRequiredService<ProjectService>();
        foreach (var project in DemoPeople.Projects)
        {
            if ((await _projects.ResolveAsync(Caller.Portal, project.Name, Permissions.ProjectRead, cancel)).Ok) continue;
            var owner = Caller.Portal with { Kind = SubjectKind.User, Id = accounts[project.Owner], Name = project.Owner };
            Require((await service.CreateAsync(owner, project.Name, new(project.Public, project.Description), cancel)).Error, project.Name);
        }
        var members = services.GetRequiredService<MemberService>();
        foreach (var person in DemoPeople.People)
        {
            foreach (var (project, role) in person.Roles)
            {
                var found = await _projects.ResolveAsync(Caller.Portal, project, Permissions.ProjectRead, cancel);
                Require(found.Error, project);
                var added = await members.AddAsync(Caller.Portal, found.Value.Target, project, person.Name, role.Name, cancel);
                if (added.Error?.Kind != ErrorKind.Conflict) Require(added.Error, $"{person.Name} in {project}");
            }
        }
    }

    async Task<bool> IsThereAsync(DemoPush push, CancellationToken cancel)
    {
        var artifacts = services.GetRequiredService<Artifacts.ArtifactQueries>();
        var found = await artifacts.FindAsync(Caller.Portal, push.Project, push.Repository, push.Tags[0], cancel);
        if (found.Error is { Kind: not ErrorKind.NotFound }) Require(found.Error, push.Repository);
        return found.Ok;
    }

    // By digest first and tags last: a tag then says that the push and what hangs on it are complete.
    static async Task PushAsync(RegistryClient client, DemoPush push, CancellationToken cancel)
    {
        var name = $"{push.Project}/{push.Repository}";
        var artifact = push.Make();
        Require((await ImagePusher.PushAsync(client, name, artifact, [], cancel)).Error, name);
        foreach (var (attached, tag) in push.Attach?.Invoke(artifact) ?? [])
            Require((await ImagePusher.PushAsync(client, name, attached, tag is null ? [] : [Tag(tag)], cancel)).Error, name);
        Require((await ImagePusher.PushAsync(client, name, artifact, [.. push.Tags.Select(Tag)], cancel)).Error, name);
    }

    async Task PullAsync(HttpMessageInvoker http, Dictionary<string, int> accounts, CancellationToken cancel)
    {
        var client = await ClientAsync(http, "sam.baptiste", accounts["sam.baptiste"], cancel);
        foreach (var (name, tag, times) in new[] { ("payments/api", "2.14.3", 7), ("payments/api", "2.14.2", 3), ("payments/worker", "2.14.2", 2), ("web/storefront", "latest", 4), ("platform/dotnet-runtime", "10.0", 5), ("library/charts/payments-api", "1.2.0", 2) })
            for (var i = 0; i < times; i++)
                Require((await client.GetManifestAsync(name, Tag(tag), cancel)).Error, name);
    }

    // Nobody knows the random password of an earlier run, so whoever pushes gets a new one.
    async Task<RegistryClient> ClientAsync(HttpMessageInvoker http, string name, int id, CancellationToken cancel)
    {
        if (_clients.TryGetValue(name, out var known)) return known;
        var (once, password) = (Password(), Password());
        Require((await _users.ResetPasswordAsync(Caller.Portal, id, once, cancel)).Error, name);
        var self = Caller.Portal with { Kind = SubjectKind.User, Id = id, Name = name };
        Require((await _users.ChangeOwnPasswordAsync(self, once, password, null, cancel)).Error, name);
        return _clients[name] = new(http, new(address, new(name, password)));
    }

    static string Password() => RandomNumberGenerator.GetString(Letters, PasswordLength);

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException($"'{text}' is not a tag.");

    static void Require(Error? error, string what)
    {
        if (error is not null) throw new StartFailedException($"--demo: {what}: {error.Message}");
    }
}
