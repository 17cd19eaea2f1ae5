using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>A server for the tests that change accounts and members, apart from those that count them.</summary>
[CollectionDefinition(Name)]
public sealed class ChangesCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "REST changes";
}
