using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Access;
using Portal.Artifacts;
using Portal.Gateway.Steps;
using Portal.Integration.Tests.Faults.Planted;
using Portal.Integration.Tests.Faults.Probes;
using Portal.Integration.Tests.Security;

namespace Portal.Integration.Tests.Faults;

/// <summary>The table: number and name of each class, its attacks, and for each attack the mistakes that it has been seen to find.</summary>
static class SecurityClasses
{
    public static IReadOnlyList<SecurityClass> All { get; } =
    [
        new(1, "Mass assignment",
            new Probe("every field in every change", AccessProbes.PostEveryFieldAsync,
                new Fault("a person's change may say that they are an administrator", "system-admin", AccessFaults.BindsEveryField),
                new Fault("a project's owner is who its body names", "of 1 public", AccessFaults.BindsTheOwner))
            {
                Alone = true,
            }),

        new(2, "Objects of others by id",
            new Probe("child of another parent", AccessProbes.ReachChildOfAnotherParentAsync,
                new Fault("a member is found by id alone", "by its id", AccessFaults.MembersById),
                new Fault("robots are read without a right", "by its id", UncheckedPolicy.Where(r => r.Path.StartsWithSegments("/api/v2.0/robots")))),
            new Probe("foreign told from missing", AccessProbes.TellForeignFromMissingAsync,
                new Fault("a foreign project is forbidden and a missing one is not found", "403", LeakFaults.ForeignIsForbidden),
                new Fault("the registry says that a foreign project's name is known", "tells a foreign project", Plant.Step<Authorise, AuthoriseTellingNames>()))
            {
                Alone = true,
            }),

        new(3, "Side doors to a guarded setting",
            new Probe("public by a side door", AccessProbes.MakePublicBySideDoorsAsync,
                new Fault("the door of single settings does not ask for the right", "/metadatas", UncheckedPolicy.Where(r => r.Path.Value!.Contains("/metadatas", StringComparison.Ordinal))),
                new Fault("the door by id does not ask for the right", "projects/id", UncheckedPolicy.Where(r => System.Text.RegularExpressions.Regex.IsMatch(r.Path.Value!, "/projects/[0-9]+$"))),
                new Fault("the page does not ask for the right", "the page of settings", UncheckedPolicy.Where(r => r.Path.Value!.EndsWith("/settings", StringComparison.Ordinal))))
            {
                Alone = true,
            }),

        new(4, "Uploads continued by others or elsewhere",
            new Probe("upload continued elsewhere", RegistryProbes.ContinueUploadElsewhereAsync,
                new Fault("the seal does not say who began it", "by another person", Plant.Step<FindUpload, UploadOfAnybody>()),
                new Fault("the seal does not say where it was begun", "in another repository", Plant.Step<FindUpload, UploadOfAnyRepository>()))),

        new(5, "Blobs across repositories",
            new Probe("known digest of a private repository", RegistryProbes.ReadForeignBlobAsync,
                new Fault("a blob is looked up by digest alone", "blob", Plant.Step<FindBlob, BlobOfAnyRepository>()),
                new Fault("a mount does not ask for the right to pull at its source", "mounted", Plant.Step<MountBlob, MountFromAnywhere>())),
            new Probe("content just deleted, caches warm", RegistryProbes.ReadDeletedAsync,
                new Fault("answers are kept in front of the registry", "after it was deleted", AccessFaults.AnswersAreKept()))),

        new(6, "Create, update and delete told apart",
            new Probe("deleting with the right to push", RegistryProbes.DeleteByPusherAsync,
                new Fault("pushing includes deleting", "who may push deletes", Plant.Around<IAccessPolicy>((_, real) => new PushIsDeletePolicy(real)))),
            new Probe("tags outside of the pattern", RegistryProbes.ReachOtherTagsAsync,
                new Fault("the tag is not compared with the pattern when it is pushed", "is moved", Plant.Without<AuthoriseTag>()),
                new Fault("a right on some tags counts for what is named by digest", "outside of the pattern", Plant.Around<IAccessPolicy>((_, real) => new AnyTagPolicy(real))))),

        new(7, "Rights that are gone",
            new Probe("rights that are gone", AccessProbes.UseRightsThatAreGoneAsync,
                new Fault("what somebody may do is remembered for ever", "still pulls", Plant.Part<IAccessPolicy, AccessPolicy>(DeafFeed.Of)),
                new Fault("accounts behind tokens are remembered for ever", "a password that was replaced still pulls", Plant.Part<AccountDirectory>(DeafFeed.Of)),
                new Fault("sessions are remembered for ever", "still has its session", Plant.Part<SessionService>(DeafFeed.Of))),
            new Probe("rights on a successor", AccessProbes.UseRightsOnASuccessorAsync,
                new Fault("a token's project is compared by name", "pushes to its successor", Plant.Step<Authorise, AuthoriseByName>()))),

        new(8, "Forged and stretched tokens",
            new Probe("forged registry tokens", TokenProbes.ForgeRegistryTokensAsync,
                new Fault("alg none is taken", "without a signature", TokenFaults.Taking(t => string.Equals((string?)t.Header["alg"], "none", StringComparison.OrdinalIgnoreCase))),
                new Fault("the signature is not checked", "empty signature", TokenFaults.Taking(t => (string?)t.Header["alg"] == "HS256")),
                new Fault("the key is taken from the token's header", "own header", TokenFaults.Taking(t => t.Header["jwk"]?["k"] is { } k && t.IsSignedWith(System.Buffers.Text.Base64Url.DecodeFromChars((string)k!)))),
                new Fault("the audience is not compared", "another service", TokenFaults.Taking(t => t.IsSigned && (string?)t.Claims["aud"] != "portal-registry")),
                new Fault("the issuer is not compared", "another issuer", TokenFaults.Taking(t => t.IsSigned && (string?)t.Claims["iss"] != "portal")),
                new Fault("the end is not looked at", "has ended", TokenFaults.Taking(t => t.IsSigned && (long)t.Claims["exp"]! < (long)t.Claims["iat"]!))),
            new Probe("registry tokens stretched", TokenProbes.StretchRegistryTokensAsync,
                new Fault("the token's scope is not asked for", "a token to pull pushes", Plant.Step<Authorise, AuthoriseWithoutScope>()),
                new Fault("tokens are checked once and remembered", "after its time", Plant.Part<Portal.Gateway.Tokens.TokenVerifier>(StoppedClock.Make))),
            new Probe("forged workload tokens", TokenProbes.ForgeWorkloadTokensAsync,
                new Fault("the clock is behind", "that has ended", TokenFaults.SlowClock),
                new Fault("the trust's conditions are not asked", "of another repository", TokenFaults.NoConditions),
                new Fault("what was used is not remembered", "taken twice", TokenFaults.UsesForgotten))),

        new(9, "Signing in by a provider",
            new Probe("bent sign-in by a provider", OidcProbes.BendSignInAsync,
                new Fault("the state is not compared", "the state is not compared", OidcFaults.AnyState),
                new Fault("the state is always the same", "the state of two sign-ins", OidcFaults.OneState),
                new Fault("the issuer in the answer is not compared", "of another provider", OidcFaults.AnyIssuer),
                new Fault("the nonce is always the same", "another nonce", OidcFaults.OneNonce),
                new Fault("the secret of PKCE is always the same", "a code of another attempt", OidcFaults.OneSecret)),
            new Probe("accounts joined by name", OidcProbes.JoinAccountsAsync,
                new Fault("an account is found by mail address", "is taken for", OidcFaults.SubjectsByMail),
                new Fault("an account is found by name", "is taken for", OidcFaults.SubjectsByName),
                new Fault("keys of people are compared without case", "differ in case", OidcFaults.SubjectsWithoutCase))),

        new(10, "Open redirects",
            new Probe("sign-in that leads away", BrowserProbes.LeadAwayAsync,
                new Fault("any address is gone to", "leads to //evil.example", BrowserFaults.ReturnsTo(_ => true)),
                new Fault("an address with one slash is taken for local", "leads to /\\evil.example", BrowserFaults.ReturnsTo(url => url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal))))),

        new(15, "Requests forged by other sites",
            new Probe("forged requests", BrowserProbes.ForgeRequestsAsync,
                new Fault("tokens of forms are not checked", "without its token", BrowserFaults.AnyFormToken),
                new Fault("the API does not ask where a request comes from", "through the API", BrowserFaults.EveryOriginIsOurs),
                new Fault("circuits are opened for any site", "opens a circuit", BrowserFaults.CircuitsForAll)),
            new Probe("the session's cookie elsewhere", BrowserProbes.TakeCookieElsewhereAsync,
                new Fault("the cookie goes along with everything", "other sites' forms", BrowserFaults.Cookie(c => c.SameSite = Microsoft.AspNetCore.Http.SameSiteMode.None)),
                new Fault("scripts may read the cookie", "scripts read", BrowserFaults.Cookie(c => c.HttpOnly = false)),
                new Fault("the cookie is for the whole domain", "neighbouring hosts", BrowserFaults.Cookie(c => c.Domain = "example.org")))),

        new(16, "Enumeration and timing",
            new Probe("guessed names", LeakProbes.GuessNamesAsync,
                new Fault("an unknown name is refused in words of its own", "which people there are", LeakFaults.UnknownNamesAreNamed),
                new Fault("an unknown name costs no hash", "the time of an answer", LeakFaults.NobodyIsQuick))
            {
                // the real cost, because it is what would tell
                Prepare = b => b.Services.Configure<Microsoft.AspNetCore.Identity.PasswordHasherOptions>(o => o.IterationCount = 100_000),
            }),

        new(17, "Lists, counts and links",
            new Probe("lists looked through", LeakProbes.LookThroughListsAsync,
                new Fault("the catalogue lists everything", "is told of", Plant.Step<ListCatalog, CatalogOfEverything>()),
                new Fault("the catalogue's page is cut before it is filtered", "a link names", Plant.Step<ListCatalog, CatalogFilteredLate>()),
                new Fault("the search does not ask for rights", "api/portal/search", UncheckedPolicy.Where(r => r.Path == "/api/portal/search")),
                new Fault("everything is counted", "a count includes", LeakFaults.EverythingIsCounted))
            {
                Alone = true,
            }),

        new(18, "Unbounded input",
            new Probe("sizes without end", BoundProbes.AskWithoutEndAsync,
                new Fault("pages of the registry have no bound", "a page of the registry", BoundFaults.Of<Portal.Gateway.GatewayOptions>(o => o.MaxPageSize = int.MaxValue - 1)),
                new Fault("pages of the API have no bound", "a page of the API", BoundFaults.LongPages),
                new Fault("manifests have no bound", "a manifest of any size", BoundFaults.Of<ArtifactOptions>(o => o.MaxManifestBytes = 64 << 20)),
                new Fault("nesting has no bound", "nested without end", BoundFaults.DeepBodies),
                new Fault("bodies have no bound", "a body of any size", BoundFaults.LargeBodies),
                new Fault("headers have no bound", "headers of any size", BoundFaults.LongHeaders),
                new Fault("scopes of a token have no bound", "any number of scopes", BoundFaults.Of<Portal.Gateway.GatewayOptions>(o => o.MaxScopes = 10_000)))
            {
                Alone = true,
            }),

        new(21, "Manifest types and digests",
            new Probe("confused manifests", RegistryProbes.PushConfusedManifestsAsync,
                new Fault("the digest in the path is believed", "another's digest", Plant.Step<PutManifest, PutUnderAnyDigest>()),
                new Fault("the type in the header is not compared", "stored as an", Plant.Step<PutManifest, PutAnyType>()),
                new Fault("of two fields the last one counts", "a field twice", Plant.Step<PutManifest, PutLastOfTwo>()))),

        new(22, "Secrets in logs, audit and answers",
            new Probe("secrets looked for everywhere", SecretProbes.LookForSecretsAsync,
                new Fault("the log has the credentials of requests", "the log shows a secret", LeakFaults.LogsCredentials),
                new Fault("the audit log has what was sent", "the audit log shows a secret", LeakFaults.AuditsBodies),
                new Fault("an answer quotes what was sent", "an answer shows a secret", LeakFaults.AnswersQuote),
                new Fault("passwords are kept as they are", "the database keeps a password", LeakFaults.PlainPasswords))
            {
                Prepare = RecordEverything,
            }),

        new(24, "Default credentials",
            new Probe("a fresh installation", SecretProbes.TryDefaultsAsync,
                new Fault("the first account has a password of the manual", "gets in with the password", LeakFaults.DefaultPassword),
                new Fault("the one-time password need not be replaced", "need not choose", LeakFaults.FirstPasswordIsGood),
                new Fault("keys are a constant", "is no random one", LeakFaults.ConstantKeys))
            {
                Fresh = true,
                Prepare = b =>
                {
                    RecordEverything(b);
                    b.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["PORTAL_ADMIN_PASSWORD"] = "" });
                },
            }),

        new(25, "Readers who see secrets",
            new Probe("reading as an auditor", SecretProbes.ReadAsAuditorAsync,
                new Fault("settings are answered with their secrets", "GET /api/v2.0/configurations", LeakFaults.SettingsWithSecrets),
                new Fault("robots are answered with the hashes of their secrets", "GET /api/portal/robots", LeakFaults.RobotsWithHashes),
                new Fault("setting a robot's secret asks for no right", "sets a robot's secret", UncheckedPolicy.Where(r => r.Method == "PATCH")))),

        new(26, "Races",
            new Probe("race for a tag that may be set once", RegistryProbes.RaceForATagAsync,
                new Fault("the guard is asked before the row is locked", "several times", Plant.Instead<IPushGuard>(s => ActivatorUtilities.CreateInstance<SetOnceGuardWithoutLock>(s))))
            {
                Prepare = b => b.Services.AddSingleton<IPushGuard, SetOnceGuard>(),
            }),

        new(27, "Names that mimic others",
            new Probe("names that mimic others", AccessProbes.MimicNamesAsync,
                new Fault("a person may be called like a robot", "bears the name 'robot$", AccessFaults.AnyName),
                new Fault("names that differ in case are two people's", "bears the name 'ADMIN'", AccessFaults.CaseTellsPeopleApart))),

        new(28, "Sessions",
            new Probe("a session laid into a browser", BrowserProbes.FixSessionAsync,
                new Fault("the session that was brought along is kept", "planted", BrowserFaults.SessionIsKept)),
            new Probe("a session outlived", BrowserProbes.OutliveSessionAsync,
                new Fault("signing out leaves the session as it is", "after signing out", BrowserFaults.SessionsNeverEnd),
                new Fault("ending the others is not heard of", "after the others were ended", BrowserFaults.OthersGoOn),
                new Fault("sessions do not end with time", "without being used", Plant.Part<SessionService>(StoppedClock.Make)),
                new Fault("sessions that are used do not end", "never ends", BrowserFaults.NoAbsoluteEnd))
            {
                Alone = true,
            },
            new Probe("a session of somebody else", BrowserProbes.EndForeignSessionAsync,
                new Fault("a session is ended by whoever knows its id", "ends another's session", BrowserFaults.AnybodysSession))),

        new(29, "Guessing and locking out",
            new Probe("guessing", BrowserProbes.GuessAsync,
                new Fault("attempts on an account are not counted", "are guessed without end", BrowserFaults.EndlessAttempts(1_000_000, 1_000)),
                new Fault("attempts of an address are not counted", "tried on all accounts", BrowserFaults.EndlessAttempts(5, 1_000_000)),
                new Fault("attempts count for everybody", "keeps an account's owner out", BrowserFaults.OneAddress),
                new Fault("the wait has no end", "stays locked", BrowserFaults.WaitsForEver))
            {
                Alone = true,
                Prepare = b => b.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Portal:Access:FreeAttemptsPerAddress"] = "10" }),
            }),

        new(31, "Forms and shared state",
            new Probe("a form sent without rights", AccessProbes.SendFormWithoutRightsAsync,
                new Fault("rights are asked when a form is drawn and not when it is sent", "is done for somebody who lost the right", UncheckedPolicy.Where(r => r.Method == "POST" && r.Path.StartsWithSegments("/projects")))),
            new Probe("two people at once", AccessProbes.MixUpPeopleAsync,
                new Fault("a page is kept for whoever asks next", "shows one person to another", BrowserFaults.PagesOfOthers()))),
    ];

    // down to the finest level, so that nothing slips through because nobody looks there
    static void RecordEverything(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddFilter<RecordedLog>(null, LogLevel.Trace);
        builder.Services.AddSingleton<ILoggerProvider>(s => s.GetRequiredService<RecordedLog>());
    }
}
