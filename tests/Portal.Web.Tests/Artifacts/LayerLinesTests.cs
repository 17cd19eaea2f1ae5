using Portal.Artifacts;
using Portal.Registry.Manifests;
using Portal.Web.Artifacts;
using Xunit;

namespace Portal.Web.Tests.Artifacts;

public sealed class LayerLinesTests
{
    static HistoryLine Step(string text, bool empty = false) => new(null, text, null, null, empty);

    static ArtifactBlobRow Layer(int position, long size) => new(position, BlobRole.Layer, $"sha256:{position}", "application/vnd.oci.image.layer.v1.tar+gzip", size, false, null);

    [Fact]
    public void Pair_StepsWithoutLayers_LeaveLayersToTheOthers()
    {
        var lines = LayerLines.Pair([Step("ADD a /"), Step("ENV A=1", empty: true), Step("COPY b /b")], [Layer(1, 100), Layer(2, 30)]);

        Assert.Equal(["sha256:1", null, "sha256:2"], lines.Select(l => l.Layer?.Digest));
        Assert.Equal([0L, 100L, 100L], lines.Select(l => l.Before));
        Assert.Equal([1, 2, 3], lines.Select(l => l.Number));
    }

    [Fact]
    public void Pair_NoHistory_ListsLayersAlone()
    {
        var lines = LayerLines.Pair([], [Layer(1, 5), Layer(2, 7)]);

        Assert.All(lines, l => Assert.Null(l.Step));
        Assert.Equal([0L, 5L], lines.Select(l => l.Before));
    }

    [Fact]
    public void Pair_MoreLayersThanSteps_LosesNone() =>
        Assert.Equal(["sha256:1", "sha256:2"], LayerLines.Pair([Step("ADD a /")], [Layer(1, 5), Layer(2, 7)]).Select(l => l.Layer?.Digest));

    [Fact]
    public void Pair_MoreStepsThanLayers_CountsTheRestAsEmpty() =>
        Assert.Equal(["sha256:1", null], LayerLines.Pair([Step("ADD a /"), Step("RUN b")], [Layer(1, 5)]).Select(l => l.Layer?.Digest));
}
