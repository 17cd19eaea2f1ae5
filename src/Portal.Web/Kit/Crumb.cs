namespace Portal.Web.Kit;

/// <summary>One part of a breadcrumb; slashes in names are kept. The last needs no link.</summary>
public sealed record Crumb(string Title, string? Url = null);
