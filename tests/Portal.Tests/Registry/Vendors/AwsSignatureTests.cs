using System.Security.Cryptography;
using System.Text;
using Portal.Registry.Vendors;
using Xunit;

namespace Portal.Tests.Registry.Vendors;

/// <summary>The published vectors of Signature Version 4.</summary>
public sealed class AwsSignatureTests
{
    static readonly AwsKeys Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Sign_GetVanilla_IsAsPublished()
    {
        var canonical = AwsSignature.Canonical("GET", new("https://example.amazonaws.com/"), [new("Host", "example.amazonaws.com"), new("X-Amz-Date", "20150830T123600Z")], []);
        Assert.Equal("bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63", Hash(canonical));
        Assert.Equal("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            AwsSignature.Authorization(canonical, "host;x-amz-date", Keys, Time, "us-east-1", "service"));
    }

    [Fact]
    public void Sign_PostForm_IsAsPublished()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/") { Content = new ByteArrayContent("Param1=value1"u8.ToArray()) { Headers = { ContentType = new("application/x-www-form-urlencoded") } } };
        AwsSignature.Sign(request, "Param1=value1"u8, Keys, Time, "us-east-1", "service");
        Assert.EndsWith("SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", request.Headers.NonValidated["Authorization"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_EcrLogin_IsAsComputed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://api.ecr.us-east-1.amazonaws.com/") { Content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { ContentType = new("application/x-amz-json-1.1") } } };
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
        AwsSignature.Sign(request, "{}"u8, Keys, Time, "us-east-1", "ecr");
        Assert.EndsWith("Signature=527a2155e9afc2426cb4c659023df9c031e8103458f349819615ff25111f5de0", request.Headers.NonValidated["Authorization"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_SessionToken_IsSigned()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com:8443/");
        AwsSignature.Sign(request, [], Keys with { SessionToken = "session" }, Time, "us-east-1", "service");
        Assert.Contains("SignedHeaders=host;x-amz-date;x-amz-security-token,", request.Headers.NonValidated["Authorization"].ToString(), StringComparison.Ordinal);
        Assert.Equal("session", request.Headers.NonValidated["X-Amz-Security-Token"].ToString());
    }

    [Theory]
    [InlineData("iam", "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")]
    [InlineData("service", "938127b5336810ddb6a5d6af445fcac9e371f9ed418ed386b022aed82901be75")]
    [InlineData("ecr", "68ce73d35403d53a9f776a559e665298d12bf3a0b3404de623a49073e6efe760")]
    public void SigningKey_IsAsPublished(string service, string key) => Assert.Equal(key, Convert.ToHexStringLower(AwsSignature.SigningKey(Keys.Secret, Time, "us-east-1", service)));

    // the path is encoded once more than it travels; names and values of the query are not
    [Fact]
    public void Canonical_PathQueryAndBlanks_AreInOneForm() =>
        Assert.StartsWith("GET\n/a%2520b\na=%2F&b=2\nhost:a b\n\nhost\n", AwsSignature.Canonical("GET", new("https://example.amazonaws.com/a b?b=2&a=/"), [new("Host", " a   b ")], []), StringComparison.Ordinal);

    [Fact]
    public void Keys_AreKeptOutOfLogs() => Assert.DoesNotContain("wJalr", Keys.ToString(), StringComparison.Ordinal);
}
