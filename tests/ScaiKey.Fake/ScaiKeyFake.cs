using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Tests.ScaiKey.Faults;
using ScaiDrive.Tests.ScaiKey.Keys;
using ScaiDrive.Tests.ScaiKey.SignIn;
using ScaiDrive.Tests.ScaiKey.Tokens;
using ScaiDrive.Tests.ScaiKey.Users;
using ScaiDrive.Tests.ScaiKey.Webhooks;

namespace ScaiDrive.Tests.ScaiKey;

/// <summary>An identity provider on loopback: discovery, keys, sign-in by code with PKCE, tokens, webhooks. It asks for no password.</summary>
public sealed class ScaiKeyFake : IAsyncDisposable
{
    private readonly TokenMint _mint;
    private readonly Grants _grants;
    private readonly WebhookSender _webhooks;
    private readonly TokenEndpoint _tokens;
    private readonly AuthorizePage _page;
    private WebApplication? _server;
    private int _port;

    private ScaiKeyFake(TimeProvider time)
    {
        _mint = new(Keys, () => Issuer, time);
        _grants = new(Users, time);
        _webhooks = new(time);
        _tokens = new(Clients, _grants, Users, _mint, () => AccessTokenLife, () => IdentityTokens);
        _page = new(Clients, Users, _grants);
    }

    /// <summary>Without a slash at the end.</summary>
    public Uri Url => new(Issuer);

    /// <summary>The <c>iss</c> of its tokens: its address as text, without a slash at the end.</summary>
    public string Issuer => $"http://127.0.0.1:{_port}";

    public UserDirectory Users { get; } = new();

    public ClientRegistry Clients { get; } = new();

    public KeyRing Keys { get; } = new();

    public OutagePlan Outages { get; } = new();

    public FetchCounters Fetches { get; } = new();

    /// <summary>How long access tokens from signing in are good.</summary>
    public TimeSpan AccessTokenLife { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>In what the identity tokens of sign-ins differ from good ones.</summary>
    public TokenShape IdentityTokens { get; set; } = new() { Lifetime = TimeSpan.FromMinutes(5) };

    /// <summary>What deliveries are signed with.</summary>
    public string WebhookSecret { get; set; } = "whsec_demo_0123456789";

    /// <summary>Listens on the port of loopback, or on a free one.</summary>
    /// <param name="port">0: a free one.</param>
    /// <param name="time">Whose now tokens and deliveries carry; null: the machine's.</param>
    public static async Task<ScaiKeyFake> StartAsync(int port = 0, TimeProvider? time = null)
    {
        var fake = new ScaiKeyFake(time ?? TimeProvider.System) { _port = port };
        await fake.RestartAsync();
        return fake;
    }

    /// <summary>A token as signing in would give it.</summary>
    public string IssueToken(FakeUser user) => IssueToken(user, new TokenShape());

    /// <summary>A token that differs from it, for good or bad.</summary>
    public string IssueToken(FakeUser user, TokenShape shape) => _mint.Access(user, shape);

    /// <summary>A token with other claims; null leaves one out.</summary>
    public string IssueToken(FakeUser user, params (string Name, object? Value)[] claims) =>
        IssueToken(user, new TokenShape { Claims = claims.ToDictionary(claim => claim.Name, claim => claim.Value) });

    /// <summary>New keys sign from now on; the old ones stay published unless they are withdrawn.</summary>
    public void RotateKeys(bool withdrawOld = false) => Keys.Rotate(withdrawOld);

    /// <summary>All refresh tokens and codes are forgotten.</summary>
    public void RevokeAll() => _grants.Clear();

    /// <summary>Delivers an event once, signed now with <see cref="WebhookSecret"/> unless the shape says otherwise.</summary>
    public Task<HttpResponseMessage> SendWebhookAsync(Uri target, WebhookEvent happened, DeliveryShape? shape = null, CancellationToken cancellationToken = default) =>
        _webhooks.SendAsync(target, happened, WebhookSecret, shape ?? new(), cancellationToken);

    /// <summary>Goes away and keeps users, keys and grants.</summary>
    public async Task StopAsync()
    {
        if (_server is not { } server)
            return;
        _server = null;
        await server.StopAsync();
        await server.DisposeAsync();
    }

    /// <summary>Comes back at the same address.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        var app = builder.Build();
        app.Use(GuardAsync);
        Map(app);
        await app.StartAsync();
        _server = app;
        _port = new Uri(app.Urls.First()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _webhooks.Dispose();
        Keys.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(Discovery.Document(Issuer)));
        app.MapGet("/.well-known/jwks.json", () => Results.Json(Keys.Published()));
        app.MapGet("/authorize", _page.Show);
        app.MapPost("/authorize", _page.ChooseAsync);
        app.MapPost("/token", _tokens.AnswerAsync);
        app.MapPost("/demo/token", TokenForAsync);
    }

    /// <summary>An access token for the asking: <c>curl -d user=usr_local …/demo/token</c>.</summary>
    private async Task<IResult> TokenForAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        return Users.Find(form["user"].ToString()) is { } user
            ? Results.Text(IssueToken(user))
            : Results.Text($"There is no user '{form["user"]}'. Users: {string.Join(", ", Users.All.Select(known => known.Id))}\n", statusCode: StatusCodes.Status404NotFound);
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Fetches.Add(context.Request.Path);
        // No page elsewhere may make a browser sign in or fetch tokens by a name that was made to mean this machine.
        if (context.Request.Host.Host is not ("127.0.0.1" or "localhost"))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        if (!await Outages.StrikeAsync(context))
            await next(context);
    }
}
