using System.Net;
using System.Net.Http.Headers;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

public sealed class IdentityMappingTests : ConnectorApi
{
    [Fact]
    public async Task A_table_of_identities_is_uploaded_and_read_back_and_its_faults_are_named_by_line()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        const string table = "smb-sid,scaidrive-user\r\nS-1-5-21-1-2-3-1001,usr_local\r\n";
        using (var put = await CsvAsync(HttpMethod.Put, $"{Smb}/{id}/identity-mapping", table))
            Assert.Equal((HttpStatusCode.OK, 1), (put.StatusCode, (await put.JsonAsync()).GetProperty("rows").GetInt32()));
        var json = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/identity-mapping", null, HttpStatusCode.OK);
        var one = Assert.Single(json.GetProperty("mappings").EnumerateArray());
        Assert.Equal(("S-1-5-21-1-2-3-1001", "user", "usr_local", "csv"), (Text(one, "smb_sid"), Text(one, "principal_type"), Text(one, "principal_id"), Text(one, "how")));

        using (var wrong = await CsvAsync(HttpMethod.Post, $"{Smb}/{id}/identity-mapping", "smb-sid,scaidrive-user\nS-1-5-21-1-2-3-1001,usr_nobody_knows\n"))
            Assert.Contains("line 2", (await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("detail")[0].GetProperty("loc").ToString(), StringComparison.Ordinal);
        using (var typeless = await RequestAsync(HttpMethod.Put, $"{Smb}/{id}/identity-mapping", "{}"))
            await typeless.ErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Smb}/{id}/identity-mapping");
        request.Headers.Accept.ParseAdd("text/csv");
        using var read = await Api.Client.SendAsync(request, RunningApi.Stop);
        Assert.Equal("text/csv", read.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["smb-sid,scaidrive-user", "S-1-5-21-1-2-3-1001,usr_local"], (await read.Content.ReadAsStringAsync(RunningApi.Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Empty((await SendAsync(HttpMethod.Get, $"{Smb}/{id}/unmapped-principals", null, HttpStatusCode.OK)).GetProperty("principals").EnumerateArray());
    }

    private async Task<HttpResponseMessage> CsvAsync(HttpMethod method, string path, string table)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(table, MediaTypeHeaderValue.Parse("text/csv")) };
        return await Api.Client.SendAsync(request, RunningApi.Stop);
    }
}
