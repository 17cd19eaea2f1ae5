using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;

namespace Portal.TestKit.Registries;

/// <summary>A request as a made-up server sees it.</summary>
public sealed class FakeRequest(HttpRequestMessage message, byte[] body)
{
    public string Method => message.Method.Method;
    public Uri Uri => message.RequestUri!;

    /// <summary>As it came, escapes and all.</summary>
    public string Path => Uri.AbsolutePath;
    public byte[] Body => body;
    public string Text => Encoding.UTF8.GetString(body);
    public string? Authorization => Header("Authorization");

    public string? Header(string name) =>
        message.Headers.NonValidated.TryGetValues(name, out var values) || message.Content is not null && message.Content.Headers.NonValidated.TryGetValues(name, out values) ? values.ToString() : null;

    public string? Query(string name) => HttpUtility.ParseQueryString(Uri.Query)[name];
    public string[] QueryAll(string name) => HttpUtility.ParseQueryString(Uri.Query).GetValues(name) ?? [];
    public string? Form(string name) => HttpUtility.ParseQueryString(Text)[name];
    public JsonObject Json => JsonNode.Parse(body)!.AsObject();

    /// <summary>User and secret of Basic; null otherwise.</summary>
    public (string User, string Secret)? Basic => Authorization is { } a && a.StartsWith("Basic ", StringComparison.Ordinal)
        && Encoding.UTF8.GetString(Convert.FromBase64String(a[6..])).Split(':', 2) is [var user, var secret] ? (user, secret) : null;

    public string? Bearer => Authorization is { } a && a.StartsWith("Bearer ", StringComparison.Ordinal) ? a[7..] : null;
}

/// <summary>What a made-up server answers.</summary>
public sealed record FakeAnswer(int Status, byte[] Body, string ContentType = "application/json")
{
    public List<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The connection ends after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>The body comes one byte at a time.</summary>
    public bool Drip { get; init; }

    /// <summary>Told although there is no body, as HEAD does.</summary>
    public long? Length { get; init; }

    public static FakeAnswer Json(JsonNode json, int status = 200) => new(status, JsonSerializer.SerializeToUtf8Bytes(json));
    public static FakeAnswer Empty(int status) => new(status, []);
    public static FakeAnswer Error(int status, string code, string message = "") =>
        Json(new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) }, status);

    public FakeAnswer With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    internal HttpResponseMessage Message(HttpRequestMessage request)
    {
        var head = request.Method == HttpMethod.Head;
        HttpContent content = head ? new ByteArrayContent([]) : CutAfter is not null || Drip ? new StreamContent(new FaultyStream(Body, CutAfter, Drip)) : new ByteArrayContent(Body);
        content.Headers.ContentLength = head ? Length ?? Body.Length : Body.Length;
        if (ContentType.Length > 0) content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        var message = new HttpResponseMessage((HttpStatusCode)Status) { Content = content, RequestMessage = request };
        foreach (var (name, value) in Headers)
            if (!message.Headers.TryAddWithoutValidation(name, value)) content.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    sealed class FaultyStream(byte[] body, int? cut, bool drip) : Stream
    {
        int _at;

        public override int Read(Span<byte> buffer)
        {
            if (cut is { } end && _at >= end) throw new IOException("The connection was cut.");
            var count = Math.Min(buffer.Length, (cut ?? body.Length) - _at);
            if (drip) count = Math.Min(count, 1);
            body.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (drip) await Task.Yield();
            return Read(buffer.Span);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>
/// A network of made-up servers by their real names, so that rules about hosts are tested as they are. Misbehaves on demand. Names without a server have no address.
/// </summary>
public sealed class FakeNet : HttpMessageHandler
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Func<FakeRequest, FakeAnswer>> _servers = new(StringComparer.OrdinalIgnoreCase);
    readonly List<Fault> _faults = [];
    readonly List<FakeRequest> _seen = [];

    sealed class Fault(Func<FakeRequest, bool> when, Func<FakeAnswer, FakeAnswer?> change, int times)
    {
        int _left = times;

        public FakeAnswer? Apply(FakeRequest request, FakeAnswer answer)
        {
            if (_left == 0 || !when(request) || change(answer) is not { } changed) return null;
            _left--;
            return changed;
        }
    }

    /// <summary>Every request that came, in order.</summary>
    public IReadOnlyList<FakeRequest> Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>Puts a server at <c>host</c> (https) or <c>host:port</c>.</summary>
    public void Serve(string authority, Func<FakeRequest, FakeAnswer> server) => _servers[authority] = server;

    /// <summary>Misbehaves so many times where it applies; a change that gives null lets the answer pass and does not count.</summary>
    public void Misbehave(Func<FakeRequest, bool> when, Func<FakeAnswer, FakeAnswer?> change, int times = 1) => _faults.Add(new(when, change, times));

    /// <summary>Answers 429 with <c>Retry-After</c>.</summary>
    public void Limit(Func<FakeRequest, bool> when, int seconds, int times = int.MaxValue) =>
        Misbehave(when, _ => FakeAnswer.Error(429, "TOOMANYREQUESTS", "slow down").With("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)), times);

    /// <summary>Answers a status of trouble so many times.</summary>
    public void Fail(Func<FakeRequest, bool> when, int status, int times) => Misbehave(when, a => a.Status < 300 ? FakeAnswer.Empty(status) : null, times);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var seen = new FakeRequest(request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken));
        lock (_gate)
        {
            _seen.Add(seen);
            if (!_servers.TryGetValue(seen.Uri.Authority, out var server))
                throw new HttpRequestException(HttpRequestError.NameResolutionError, $"{seen.Uri.Authority} is not known", new SocketException((int)SocketError.HostNotFound));
            var answer = server(seen);
            foreach (var fault in _faults)
            {
                if (fault.Apply(seen, answer) is not { } changed) continue;
                answer = changed;
                break;
            }
            return answer.Message(request);
        }
    }
}
