using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using ScaiDrive.Tests.ScaiKey;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Workers.Host.Tests;

/// <summary>What <c>./run up --with-demo-identity</c> puts together: the host, and an identity provider beside it.</summary>
public sealed class DemoIdentityTests
{
    [Fact]
    public async Task The_demo_admin_signs_in_and_finds_the_mirrored_folder_by_browser_and_by_token_and_nobody_else_does()
    {
        await using var scaiKey = await ScaiKeyFake.StartAsync();
        using var work = new WorkFolder();
        work.AddTexts(3);
        await using var host = HostProcess.Start(["up", work.Files, "--data", work.Data, "--port", "0"], ("SCAIDRIVE_SCAIKEY_URL", scaiKey.Issuer));
        var address = await host.Ready;

        using var api = new HttpClient { BaseAddress = address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync("/api/v1/shares")).StatusCode);

        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = address };
        await SignInAsync(browser, DemoUsers.Ada);
        Assert.Contains("Ada Admin", await browser.GetStringAsync("/"), StringComparison.Ordinal);

        var token = await api.PostAsync(new Uri(scaiKey.Issuer + "/demo/token"), new FormUrlEncodedContent(new Dictionary<string, string> { ["user"] = DemoUsers.Ada.Id }));
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await token.Content.ReadAsStringAsync());
        await EventuallyAsync(async () =>
        {
            var found = await api.GetFromJsonAsync<JsonObject>("/api/v1/search?q=note");
            return found!["results"]!.AsArray().Count == 3;
        });

        foreach (var stranger in (FakeUser[])[DemoUsers.Ruth, DemoUsers.Otto])
        {
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scaiKey.IssueToken(stranger));
            var found = await api.GetFromJsonAsync<JsonObject>("/api/v1/search?q=note");
            Assert.Empty(found!["results"]!.AsArray());
        }
    }

    private static async Task SignInAsync(HttpClient browser, FakeUser user)
    {
        var authorize = (await browser.GetAsync("/signin")).Headers.Location!;
        var form = QueryHelpers.ParseQuery(authorize.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        form["user"] = user.Id;
        var back = await browser.PostAsync(new Uri(authorize.GetLeftPart(UriPartial.Path)), new FormUrlEncodedContent(form));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(back.Headers.Location)).StatusCode);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }
}
