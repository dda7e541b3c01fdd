using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Files;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Tests.Files;

public sealed class FileTests(RunningApi api) : IClassFixture<RunningApi>
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("0123456789abcdefghij");

    [Fact]
    public async Task An_upload_is_answered_with_the_file_and_its_address()
    {
        using var response = await UploadAsync("note.txt", Text);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var file = await response.JsonAsync();
        Assert.Equal($"/api/v1/files/{file.GetProperty("id").GetString()}", response.Headers.Location?.OriginalString);
        Assert.Equal("note.txt", file.GetProperty("name").GetString());
        Assert.Equal("/note.txt", file.GetProperty("path").GetString());
        Assert.Equal(20, file.GetProperty("size").GetInt64());
        Assert.Equal(1, file.GetProperty("version").GetInt32());
        Assert.Equal("text/plain", file.GetProperty("mime_type").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Text)), file.GetProperty("checksum_sha256").GetString());
        Assert.EndsWith("Z", file.GetProperty("created_at").GetString(), StringComparison.Ordinal);
        Assert.Equal(response.RequestId, file.GetProperty("meta").GetProperty("request_id").GetString());
        Assert.False(file.TryGetProperty("data", out _));

        using var again = await api.Client.GetAsync(response.Headers.Location, RunningApi.Stop);
        Assert.Equal(file.GetProperty("id").GetString(), (await again.JsonAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_the_source_or_the_share_does_not_let_somebody_read_is_not_there_for_them()
    {
        var (open, hidden) = (await api.AddFileAsync($"{Guid.NewGuid()}.txt"), await api.AddFileAsync($"{Guid.NewGuid()}.txt"));
        var acls = api.Services.GetRequiredService<SourceAcls>();
        var nobody = (await acls.InternAsync(DriveStore.LocalTenantId, "cnn_x", [SourceAcl.Nobody], RunningApi.Stop))[0];
        await api.WriteAsync(async writer =>
        {
            await writer.SetSourceAclsAsync([new(hidden.Id, nobody)], RunningApi.Stop);
            return true;
        });
        await api.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", api.Share.Id);
        var (access, gate, database) = (api.Services.GetRequiredService<AccessControl>(), api.Services.GetRequiredService<ResourceGate>(), api.Database);
        var other = new Caller(DriveStore.LocalTenantId, "usr_other", IsAdmin: false);

        Assert.IsType<Ok<FileAnswer>>((await FileEndpoints.GetAsync(open.Id, other, gate, RunningApi.Stop)).Result);
        List<IResult> refused =
        [
            (await FileEndpoints.GetAsync(hidden.Id, other, gate, RunningApi.Stop)).Result,
            (await FileEndpoints.ContentAsync(hidden.Id, null, new DefaultHttpContext(), other, api.Drive, gate, RunningApi.Stop)).Result,
            (await FileEndpoints.DeleteAsync(hidden.Id, null, other, api.Drive, gate, database, RunningApi.Stop)).Result,
            (await IndexEndpoints.IndexStatusAsync(hidden.Id, other, gate, null!, null!, RunningApi.Stop)).Result,
        ];
        Assert.All(refused, result => Assert.Equal(404, Assert.IsType<ErrorResult>(result).Error.Status));
        Assert.False((await api.Drive.FindFileAsync(DriveStore.LocalTenantId, hidden.Id, RunningApi.Stop))!.IsDeleted);

        foreach (var deleted in new[] { false, true })
        {
            var children = Assert.IsType<Ok<ChildrenAnswer>>(
                (await FolderEndpoints.ChildrenAsync("root", api.Share.Id, deleted, other, api.Drive, gate, access, RunningApi.Stop, limit: 1000)).Result).Value!;
            Assert.Equal(children.Items.Count, children.Total);
            Assert.Contains(children.Items, item => item.Id == open.Id);
            Assert.DoesNotContain(children.Items, item => item.Id == hidden.Id);
            if (!deleted)
            {
                await api.WriteAsync(async writer =>
                {
                    await writer.DeleteFileAsync(hidden.Id, permanent: false, RunningApi.Stop);
                    return true;
                });
            }
        }

        await api.ExecuteAsync("UPDATE shares SET is_public = false WHERE id = $1", api.Share.Id);
        Assert.IsType<ErrorResult>((await FileEndpoints.GetAsync(open.Id, other, gate, RunningApi.Stop)).Result);
    }

    [Fact]
    public async Task Fields_may_come_after_the_file_and_name_overrides_the_file_name()
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(Text), "file", "ignored.bin");
        form.Add(new StringContent("chosen.txt"), "name");
        form.Add(new StringContent(api.Share.Id), "share_id");
        using var response = await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("chosen.txt", (await response.JsonAsync()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_type_comes_from_the_content_not_from_the_client()
    {
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(api.Share.Id), "share_id");
        var part = new ByteArrayContent("%PDF-1.7\n%âãÏÓ\n"u8.ToArray());
        part.Headers.ContentType = new MediaTypeHeaderValue("text/html");
        form.Add(part, "file", "page.html");
        using var response = await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);
        Assert.Equal("application/pdf", (await response.JsonAsync()).GetProperty("mime_type").GetString());
    }

    [Fact]
    public async Task A_path_in_the_file_name_is_cut_to_its_last_part()
    {
        using var response = await UploadAsync("..\\..\\up\\report-x.txt", Text);
        Assert.Equal("/report-x.txt", (await response.JsonAsync()).GetProperty("path").GetString());
    }

    [Fact]
    public async Task Names_keep_their_characters_of_any_script()
    {
        using var response = await UploadAsync("Prüfung 日本 «1».txt", Text);
        var file = await response.JsonAsync();
        Assert.Equal("Prüfung 日本 «1».txt", file.GetProperty("name").GetString());

        using var content = await api.Client.GetAsync($"/api/v1/files/{file.GetProperty("id").GetString()}/content", RunningApi.Stop);
        Assert.Equal("Prüfung 日本 «1».txt", content.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_409()
    {
        using var first = await UploadAsync("twice.txt", Text);
        using var second = await UploadAsync("twice.txt", Text);
        await second.ErrorAsync(HttpStatusCode.Conflict, "NAME_CONFLICT");
    }

    [Theory]
    [InlineData("shr_none", null, "NOT_FOUND", HttpStatusCode.NotFound)]
    [InlineData(null, "fld_none", "NOT_FOUND", HttpStatusCode.NotFound)]
    [InlineData("", null, "VALIDATION_ERROR", HttpStatusCode.UnprocessableEntity)]
    public async Task A_share_or_folder_that_is_not_there_is_refused(string? share, string? folder, string code, HttpStatusCode status)
    {
        using var form = new MultipartFormDataContent { { new StringContent(share ?? api.Share.Id), "share_id" } };
        if (folder is not null)
            form.Add(new StringContent(folder), "folder_id");
        form.Add(new ByteArrayContent(Text), "file", "lost.txt");
        using var response = await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);
        await response.ErrorAsync(status, code);
    }

    [Fact]
    public async Task An_upload_without_a_file_or_with_two_is_refused()
    {
        using var none = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" } };
        using var first = await api.Client.PostAsync("/api/v1/files", none, RunningApi.Stop);
        await first.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");

        using var two = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" } };
        two.Add(new ByteArrayContent(Text), "file", "a1.txt");
        two.Add(new ByteArrayContent(Text), "file", "a2.txt");
        using var second = await api.Client.PostAsync("/api/v1/files", two, RunningApi.Stop);
        await second.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Null(await api.Drive.FindFileByPathAsync("tnt_local", api.Share.Id, "/a1.txt", RunningApi.Stop));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.txt\"\r\n\r\nno end")]
    [InlineData("multipart/form-data; boundary=x", "nothing of the sort")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nNo disposition\r\n\r\n\r\n--x--")]
    public async Task A_malformed_multipart_body_is_a_400(string type, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await api.Client.PostAsync("/api/v1/files", content, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.BadRequest, "BAD_REQUEST");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_that_is_not_multipart_is_a_415(string type)
    {
        using var content = new ByteArrayContent(Text);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await api.Client.PostAsync("/api/v1/files", content, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task A_field_of_megabytes_is_refused_and_not_held()
    {
        using var form = new MultipartFormDataContent { { new StringContent(new string('s', 1_000_000)), "share_id" } };
        using var response = await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Whole_content_carries_its_type_size_tag_and_never_runs_as_a_page()
    {
        var id = await FileIdAsync("whole.html", "<html><script>alert(1)</script>"u8.ToArray());
        using var response = await api.Client.GetAsync($"/api/v1/files/{id}/content", RunningApi.Stop);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("<html><script>alert(1)</script>", await response.Content.ReadAsStringAsync(RunningApi.Stop));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("bytes", Assert.Single(response.Headers.AcceptRanges));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.ETag);
    }

    [Theory]
    [InlineData("bytes=0-4", "01234", "bytes 0-4/20")]
    [InlineData("bytes=15-", "fghij", "bytes 15-19/20")]
    [InlineData("bytes=-3", "hij", "bytes 17-19/20")]
    [InlineData("bytes=18-400", "ij", "bytes 18-19/20")]
    public async Task A_range_is_answered_with_just_its_bytes(string range, string text, string contentRange)
    {
        var id = await FileIdAsync($"range{range.GetHashCode(StringComparison.Ordinal)}.txt", Text);
        using var response = await GetAsync(id, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(text, await response.Content.ReadAsStringAsync(RunningApi.Stop));
        Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(text.Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_range_outside_the_file_is_a_416_that_tells_the_size()
    {
        var id = await FileIdAsync("outside.txt", Text);
        using var response = await GetAsync(id, ("Range", "bytes=20-30"));
        await response.ErrorAsync(HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_NOT_SATISFIABLE");
        Assert.Equal("bytes */20", response.Content.Headers.ContentRange?.ToString());
    }

    [Theory]
    [InlineData("bytes=abc")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=0-1,4-5")]
    public async Task A_range_that_is_not_understood_is_answered_whole(string range)
    {
        var id = await FileIdAsync($"odd{range.GetHashCode(StringComparison.Ordinal)}.txt", Text);
        using var response = await GetAsync(id, ("Range", range));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(20, (await response.Content.ReadAsByteArrayAsync(RunningApi.Stop)).Length);
    }

    [Fact]
    public async Task If_range_gives_a_part_only_of_the_content_it_names()
    {
        var id = await FileIdAsync("ifrange.txt", Text);
        using var whole = await GetAsync(id);
        var tag = whole.Headers.ETag!.ToString();

        using var same = await GetAsync(id, ("Range", "bytes=0-1"), ("If-Range", tag));
        using var other = await GetAsync(id, ("Range", "bytes=0-1"), ("If-Range", "\"something-else\""));
        using var unchanged = await GetAsync(id, ("If-None-Match", tag));

        Assert.Equal(HttpStatusCode.PartialContent, same.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.NotEmpty(unchanged.RequestId);
    }

    [Fact]
    public async Task Head_tells_the_size_and_sends_nothing()
    {
        var id = await FileIdAsync("head.txt", Text);
        using var response = await api.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/api/v1/files/{id}/content"), RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(20, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(RunningApi.Stop));
    }

    [Fact]
    public async Task An_empty_file_goes_in_and_out()
    {
        var id = await FileIdAsync("empty.txt", []);
        using var response = await GetAsync(id);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(RunningApi.Stop));
    }

    [Fact]
    public async Task A_file_of_several_chunks_comes_back_byte_for_byte_from_any_offset()
    {
        var bytes = new byte[(2 * ContentStore.ChunkSizeBytes) + 12345];
        new Random(7).NextBytes(bytes);
        var id = await FileIdAsync("large.bin", bytes);

        using var whole = await GetAsync(id);
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(RunningApi.Stop));
        var from = ContentStore.ChunkSizeBytes - 100;
        using var part = await GetAsync(id, ("Range", $"bytes={from}-{from + 299}"));
        Assert.Equal(bytes[from..(from + 300)], await part.Content.ReadAsByteArrayAsync(RunningApi.Stop));
    }

    [Fact]
    public async Task An_older_version_can_be_read_and_a_missing_one_is_a_404()
    {
        var file = await api.AddFileAsync("versions.txt", "first");
        var store = (ContentStore)api.Services.GetService(typeof(ContentStore))!;
        var content = await store.WriteAsync("tnt_local", new MemoryStream("second"u8.ToArray()), null, RunningApi.Stop);
        await api.WriteAsync(w => w.AddVersionAsync(file.Id, content, "text/plain", DateTimeOffset.UnixEpoch, RunningApi.Stop));

        Assert.Equal("second", await (await GetAsync(file.Id)).Content.ReadAsStringAsync(RunningApi.Stop));
        using var first = await api.Client.GetAsync($"/api/v1/files/{file.Id}/content?version=1", RunningApi.Stop);
        Assert.Equal("first", await first.Content.ReadAsStringAsync(RunningApi.Stop));
        using var none = await api.Client.GetAsync($"/api/v1/files/{file.Id}/content?version=9", RunningApi.Stop);
        await none.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        using var zero = await api.Client.GetAsync($"/api/v1/files/{file.Id}/content?version=0", RunningApi.Stop);
        await zero.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_deleted_file_is_gone_and_a_permanently_deleted_one_was_never_there()
    {
        var id = await FileIdAsync("delete.txt", Text);

        using var deleted = await api.Client.DeleteAsync($"/api/v1/files/{id}", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var path in new[] { $"/api/v1/files/{id}", $"/api/v1/files/{id}/content", $"/api/v1/search/index-status/{id}" })
        {
            using var gone = await api.Client.GetAsync(path, RunningApi.Stop);
            await gone.ErrorAsync(HttpStatusCode.Gone, "GONE");
        }

        using var twice = await api.Client.DeleteAsync($"/api/v1/files/{id}", RunningApi.Stop);
        await twice.ErrorAsync(HttpStatusCode.Gone, "GONE");
        using var removed = await api.Client.DeleteAsync($"/api/v1/files/{id}?permanent=true", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var none = await api.Client.GetAsync($"/api/v1/files/{id}", RunningApi.Stop);
        await none.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Children_come_in_pages_with_their_total()
    {
        var folder = await api.WriteAsync(async w => (await w.EnsureFolderAsync(api.Share.Id, "/paged/inner", RunningApi.Stop))!);
        var parent = folder.ParentId!;
        for (var i = 0; i < 5; i++)
        {
            using var form = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" }, { new StringContent(parent), "folder_id" } };
            form.Add(new ByteArrayContent(Text), "file", $"f{i}.txt");
            using var upload = await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);
            Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        }

        var names = new List<string?>();
        for (var offset = 0; offset < 6; offset += 2)
        {
            using var response = await api.Client.GetAsync($"/api/v1/folders/{parent}/children?share_id={api.Share.Id}&limit=2&offset={offset}", RunningApi.Stop);
            var page = await response.JsonAsync();
            Assert.Equal(6, page.GetProperty("total").GetInt64());
            Assert.Equal("/paged", page.GetProperty("path").GetString());
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()));
        }

        Assert.Equal(["inner", "f0.txt", "f1.txt", "f2.txt", "f3.txt", "f4.txt"], names);
        using var root = await api.Client.GetAsync($"/api/v1/folders/root/children?share_id={api.Share.Id}", RunningApi.Stop);
        Assert.Equal("folder", (await root.JsonAsync()).GetProperty("items")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Shares_are_listed()
    {
        using var response = await api.Client.GetAsync("/api/v1/shares", RunningApi.Stop);
        var answer = await response.JsonAsync();
        Assert.Equal(api.Share.Id, Assert.Single(answer.GetProperty("shares").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(1, answer.GetProperty("total").GetInt64());
    }

    private async Task<HttpResponseMessage> UploadAsync(string name, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" } };
        form.Add(new ByteArrayContent(bytes), "file", name);
        return await api.Client.PostAsync("/api/v1/files", form, RunningApi.Stop);
    }

    private async Task<string> FileIdAsync(string name, byte[] bytes)
    {
        using var response = await UploadAsync(name, bytes);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("id").GetString()!;
    }

    private async Task<HttpResponseMessage> GetAsync(string fileId, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/files/{fileId}/content");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await api.Client.SendAsync(request, RunningApi.Stop);
    }
}
