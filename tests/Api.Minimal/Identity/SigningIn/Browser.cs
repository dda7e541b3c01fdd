using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;

/// <summary>Keeps cookies and says where requests come from, as browsers do. Follows no redirect by itself.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;

    internal Browser(Uri server)
    {
        Server = server;
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = Cookies }) { BaseAddress = server };
    }

    internal Uri Server { get; }

    internal CookieContainer Cookies { get; } = new();

    internal string? SessionCookie => Cookies.GetCookies(Server)["scaidrive_session"]?.Value;

    /// <summary>Typed into the address bar, or a link on a page of the server itself.</summary>
    internal Task<HttpResponseMessage> OpenAsync(string path) => SendAsync(HttpMethod.Get, path, "same-origin");

    /// <summary>A form of the server's own page.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path, "same-origin", Server.GetLeftPart(UriPartial.Authority));

    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? site, string? origin = null, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        var request = new HttpRequestMessage(method, path);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return _http.SendAsync(request, until, RunningApi.Stop);
    }

    /// <summary>Leaves for the identity provider, chooses a user there, and comes back.</summary>
    /// <returns>The answer to coming back.</returns>
    internal async Task<HttpResponseMessage> SignInAsync(FakeUser user, string begin = "/signin") => await SendAsync(HttpMethod.Get, await ChooseAsync(user, begin), "same-site");

    /// <summary>As far as the address to come back to.</summary>
    internal async Task<string> ChooseAsync(FakeUser user, string begin = "/signin")
    {
        using var leaving = await OpenAsync(begin);
        Assert.Equal(HttpStatusCode.Redirect, leaving.StatusCode);
        var authorize = leaving.Headers.Location!;
        var form = QueryHelpers.ParseQuery(authorize.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        form["user"] = user.Id;
        using var back = await _http.PostAsync(new Uri(authorize.GetLeftPart(UriPartial.Path)), new FormUrlEncodedContent(form), RunningApi.Stop);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back.Headers.Location!.PathAndQuery;
    }

    public void Dispose() => _http.Dispose();
}
