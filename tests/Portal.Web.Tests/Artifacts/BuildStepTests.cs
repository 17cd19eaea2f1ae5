using Portal.Web.Artifacts;
using Xunit;

namespace Portal.Web.Tests.Artifacts;

public sealed class BuildStepTests
{
    [Theory]
    [InlineData("RUN /bin/sh -c apt-get update # buildkit", "RUN", "apt-get update")]
    [InlineData("/bin/sh -c #(nop)  CMD [\"sh\"]", "CMD", "[\"sh\"]")]
    [InlineData("/bin/sh -c #(nop) ADD file:1f2e in / ", "ADD", "file:1f2e in /")]
    [InlineData("/bin/sh -c make install", "RUN", "make install")]
    [InlineData("|2 A=1 B=two words /bin/sh -c make", "RUN", "make")]
    [InlineData("RUN |1 A=1 /bin/sh -c make # buildkit", "RUN", "make")]
    [InlineData("/bin/bash -o pipefail -c make", "RUN", "make")]
    [InlineData("COPY --from=build /out /srv # buildkit", "COPY", "--from=build /out /srv")]
    [InlineData("ENV A=/bin/sh -c x", "ENV", "A=/bin/sh -c x")]
    [InlineData("bazel build ...", "", "bazel build ...")]
    [InlineData("RUNNER x", "", "RUNNER x")]
    [InlineData("", "", "")]
    [InlineData(null, "", "")]
    public void Parse_LineOfHistory_TellsTheInstruction(string? line, string verb, string rest) => Assert.Equal(new BuildStep(verb, rest), BuildStep.Parse(line));
}
