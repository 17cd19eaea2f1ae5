using Portal.Artifacts;
using Portal.Registry.Manifests;

namespace Portal.Web.Artifacts;

/// <summary>One line of the layers view: a build step, a layer, or both.</summary>
/// <param name="Number">From 1, over all lines.</param>
/// <param name="Step">The step; null when the history says nothing about the layer.</param>
/// <param name="Created">When the step ran; null when unknown.</param>
/// <param name="Layer">The layer; null for a step that made none.</param>
/// <param name="Before">Bytes of the layers below.</param>
sealed record LayerLine(int Number, BuildStep? Step, DateTimeOffset? Created, ArtifactBlobRow? Layer, long Before);

/// <summary>Puts an image's history and its layers side by side.</summary>
static class LayerLines
{
    /// <summary>
    /// History and layers run in the same order, and a step marked empty has no layer. History may be missing or wrong, because anybody can write
    /// it: layers that no step is left for stand alone, and a step that no layer is left for counts as empty.
    /// </summary>
    public static IReadOnlyList<LayerLine> Pair(IReadOnlyList<HistoryLine> history, IReadOnlyList<ArtifactBlobRow> layers)
    {
        var lines = new List<LayerLine>(Math.Max(history.Count, layers.Count));
        var next = 0;
        var before = 0L;
        foreach (var step in history)
        {
            var layer = step.EmptyLayer || next >= layers.Count ? null : layers[next++];
            lines.Add(new(lines.Count + 1, BuildStep.Parse(step.CreatedBy ?? step.Comment), step.Created, layer, before));
            before += layer?.Size ?? 0;
        }
        for (; next < layers.Count; next++)
        {
            lines.Add(new(lines.Count + 1, null, null, layers[next], before));
            before += layers[next].Size;
        }
        return lines;
    }
}
