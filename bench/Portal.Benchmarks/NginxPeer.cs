using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portal.Registry.Client;
using Portal.TestKit;

namespace Portal.Benchmarks;

/// <summary>
/// nginx with connections kept to docker-registry behind it, and <c>auth_request</c> to a location that always says yes: the least that any proxy with an authorisation check must do.
/// </summary>
sealed class NginxPeer : IPeer
{
    readonly Process _nginx;
    readonly RegistryProcess _registry;
    readonly string _folder;
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());

    NginxPeer(Process nginx, RegistryProcess registry, string folder, Uri url) => (_nginx, _registry, _folder, Url) = (nginx, registry, folder, url);

    public string Name => "nginx";
    public Uri Url { get; }
    public RegistryClient Client => new(_http, new(Url));
    public Task<string?> AuthorizationAsync(HttpClient http, string user, string scope) => Task.FromResult<string?>(null);
    public string Storage => _registry.StorageFolder;
    public IReadOnlyList<int> Processes => [.. ProcessTable.Tree(_nginx.Id), _registry.Id];

    public static async Task<NginxPeer> StartAsync()
    {
        var registry = await RegistryProcess.StartAsync();
        var folder = Directory.CreateTempSubdirectory("portal-nginx-").FullName;
        var (port, inner) = (FreePort(), FreePort());
        var config = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            worker_processes 2;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log warn;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              client_max_body_size 0;
              keepalive_requests 1000000;
              upstream registry { server {{registry.Url.Authority}}; keepalive 64; keepalive_requests 1000000; }
              upstream check { server 127.0.0.1:{{inner}}; keepalive 64; keepalive_requests 1000000; }
              server { listen 127.0.0.1:{{inner}}; location / { return 204; } }
              server {
                listen 127.0.0.1:{{port}};
                location = /check { internal; proxy_pass http://check; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_http_version 1.1; proxy_set_header Connection ""; }
                location / {
                  auth_request /check;
                  proxy_pass http://registry;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_request_buffering off;
                  proxy_buffering on;
                  proxy_max_temp_file_size 0;
                }
              }
            }
            """));
        var nginx = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-c", config, "-p", folder]) { RedirectStandardError = true })!;
        nginx.ErrorDataReceived += (_, e) => { if (e.Data is not null) Console.Error.WriteLine(e.Data); };
        nginx.BeginErrorReadLine();
        var peer = new NginxPeer(nginx, registry, folder, new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")));
        using var http = new HttpClient();
        for (var i = 0; i < 100; i++, await Task.Delay(50))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(peer.Url, "v2/"));
                if (answer.StatusCode == HttpStatusCode.OK) return peer;
            }
            catch (HttpRequestException)
            {
                if (nginx.HasExited) throw new InvalidOperationException($"nginx ended with {nginx.ExitCode}.");
            }
        }
        throw new TimeoutException("nginx did not answer within 5 s.");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using (var kill = Process.Start("kill", ["-TERM", _nginx.Id.ToString(CultureInfo.InvariantCulture)])) await kill.EndAsync();
        await _nginx.EndAsync();
        _nginx.Dispose();
        await _registry.DisposeAsync();
        Directory.Delete(_folder, true);
    }
}
