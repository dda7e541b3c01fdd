using System.Net;
using System.Net.Http.Headers;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Files;

/// <summary>A tenant that allows 1 MiB.</summary>
public sealed class UploadLimitTests(RunningApi api) : IClassFixture<RunningApi>
{
    private const int Limit = 1024 * 1024;

    [Theory]
    [InlineData(Limit, HttpStatusCode.Created)]
    [InlineData(Limit + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task The_limit_holds_to_the_byte(int size, HttpStatusCode status)
    {
        await LimitAsync();
        using var response = await SendAsync(new ByteArrayContent(new byte[size]), $"{size}.bin");
        Assert.Equal(status, response.StatusCode);
        if (status != HttpStatusCode.Created)
        {
            var body = await response.ErrorAsync(status, "PAYLOAD_TOO_LARGE");
            Assert.Equal(Limit, body.GetProperty("error").GetProperty("details").GetProperty("max_file_size_bytes").GetInt64());
            Assert.Null(await api.Drive.FindFileByPathAsync("tnt_local", api.Share.Id, $"/{size}.bin", RunningApi.Stop));
        }
    }

    [Fact]
    public async Task A_body_that_never_told_its_length_is_cut_at_the_limit()
    {
        await LimitAsync();
        using var response = await SendAsync(new StreamContent(new Zeros(3 * Limit)), "chunked.bin", chunked: true);
        await response.ErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task A_body_that_tells_a_huge_length_is_refused_before_it_is_sent()
    {
        await LimitAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(api.Address.Host, api.Address.Port, RunningApi.Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"POST /api/v1/files HTTP/1.1\r\nHost: {api.Address.Authority}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000000\r\n\r\n"),
            RunningApi.Stop);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync(RunningApi.Stop), StringComparison.Ordinal);
    }

    private Task<int> LimitAsync() => api.ExecuteAsync("UPDATE tenants SET settings = jsonb_set(settings, '{max_file_size_bytes}', to_jsonb($1::bigint)) WHERE id = 'tnt_local'", (long)Limit);

    private async Task<HttpResponseMessage> SendAsync(HttpContent file, string name, bool chunked = false)
    {
        using var form = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" } };
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", name);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/files") { Content = form };
        request.Headers.TransferEncodingChunked = chunked;
        return await api.Client.SendAsync(request, RunningApi.Stop);
    }

    /// <summary>So many zero bytes, which cannot be measured beforehand.</summary>
    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, read);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
