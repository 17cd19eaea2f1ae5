using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Markdig;
using Markdig.Syntax;
using Microsoft.AspNetCore.Components;

namespace Portal.Web.Artifacts;

/// <summary>Descriptions as people write them, in Markdown. What comes out holds allowed elements only: no HTML of the writer's, no picture from elsewhere.</summary>
static class Markdown
{
    const int MaxLine = 160;

    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseEmphasisExtras().DisableHtml().Build();

    static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "del", "sup", "sub", "code", "pre", "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td",
    };

    /// <summary>The text as HTML that is safe to show. Headings begin at level 2, because a page has its own first.</summary>
    public static MarkupString ToHtml(string text)
    {
        var document = Markdig.Markdown.Parse(text, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(6, heading.Level + 1);
        return new(Clean(document.ToHtml(Pipeline)));
    }

    /// <summary>The first line without marks, for lists; null when there is none.</summary>
    public static string? FirstLine(string text)
    {
        var line = text.Split('\n').Select(l => l.Trim(' ', '\r', '\t', '#', '*', '_', '>', '-')).FirstOrDefault(l => l.Length > 0);
        return line is { Length: > MaxLine } ? line[..MaxLine] + "…" : line;
    }

    /// <summary>A web address that may be a link; null for anything else, such as <c>javascript:</c>.</summary>
    public static string? SafeLink(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.AbsoluteUri : null;

    static string Clean(string html)
    {
        var body = new HtmlParser().ParseDocument("<!doctype html><body>" + html).Body!;
        foreach (var element in body.QuerySelectorAll("*").ToList())
        {
            if (element.Parent is null) continue;
            if (element.LocalName == "img")
            {
                element.Replace(element.Owner!.CreateTextNode(element.GetAttribute("alt") ?? ""));
                continue;
            }
            if (!Allowed.Contains(element.LocalName))
            {
                element.Replace([.. element.ChildNodes]);
                continue;
            }
            var link = element.LocalName == "a" ? SafeLink(element.GetAttribute("href")) : null;
            foreach (var attribute in element.Attributes.ToList()) element.RemoveAttribute(attribute.Name);
            if (link is null) continue;
            element.SetAttribute("href", link);
            element.SetAttribute("rel", "noopener noreferrer nofollow");
        }
        return body.InnerHtml;
    }
}
