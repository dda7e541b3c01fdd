using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Files;

/// <summary>Reads a multipart upload as it arrives: fields into memory (they are short), the file straight into the content store.</summary>
/// <remarks>Fields before the file let a wrong upload fail before its bytes are taken; the other order works too. Content whose
/// upload fails afterwards is referred to by nothing, and the content collector removes it.</remarks>
internal sealed class UploadReader(ContentStore content)
{
    private const int MaxFieldBytes = 4096;
    private const int MaxSections = 16;

    // A boundary of 70 characters at most (RFC 2046, 5.1.1), with room for quotes.
    private const int MaxBoundaryLength = 72;

    /// <summary>Reads the whole body.</summary>
    /// <param name="request">A request with a multipart/form-data body.</param>
    /// <param name="tenantId">Owner of the content.</param>
    /// <param name="maxFileBytes">Largest file allowed.</param>
    /// <param name="checkFields">Called once, before the file is taken if the fields came first; what it returns ends the upload.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="ContentTooLargeException">The file is larger than allowed.</exception>
    internal async Task<(Upload? Upload, ApiError? Error)> ReadAsync(
        HttpRequest request, string tenantId, long maxFileBytes, Func<UploadFields, Task<ApiError?>> checkFields, CancellationToken cancellationToken)
    {
        if (Boundary(request) is not { } boundary)
            return (null, new ApiError(415, ErrorCodes.UnsupportedMediaType, "The body must be multipart/form-data."));

        var reader = new MultipartReader(boundary, request.Body);
        var fields = new UploadFields();
        StoredContent? stored = null;
        string? fileName = null;
        var isChecked = false;
        for (var sections = 0; await NextAsync(reader, cancellationToken) is { } section; sections++)
        {
            if (sections == MaxSections)
                return (null, Malformed($"An upload has at most {MaxSections} parts."));
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
                return (null, Malformed("Every part needs a Content-Disposition of form-data."));

            var field = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (field != "file")
            {
                if (await ReadFieldAsync(new PartStream(section.Body), cancellationToken) is not { } value)
                    return (null, ApiError.Invalid(new FieldFault(["body", field], $"A field holds at most {MaxFieldBytes} bytes of UTF-8.", "value_error")));
                if (!fields.TrySet(field, value))
                    return (null, ApiError.Invalid(new FieldFault(["body", field], $"{field} stands twice.", "value_error")));
                continue;
            }

            if (stored is not null)
                return (null, ApiError.Invalid(new FieldFault(["body", "file"], "One upload brings one file.", "value_error")));
            if (fields.ShareId is not null)
            {
                isChecked = true;
                if (await checkFields(fields) is { } refused)
                    return (null, refused);
            }

            fileName = FileNameOf(disposition);
            await using var part = new PartStream(section.Body);
            stored = await content.WriteAsync(tenantId, part, maxFileBytes, cancellationToken);
        }

        if (stored is null)
            return (null, ApiError.Invalid(new FieldFault(["body", "file"], "file is required.", "missing")));
        // Fields that came after the file may have changed what was checked.
        if ((!isChecked || fields.ChangedSinceCheck) && await checkFields(fields) is { } error)
            return (null, error);
        if ((fields.Name ?? fileName) is not { Length: > 0 } name)
            return (null, ApiError.Invalid(new FieldFault(["body", "name"], "The file has no name: send filename in its part, or name.", "missing")));
        return (new Upload(fields.ShareId!, fields.FolderId, name, stored), null);
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception fault) when (PartStream.IsMalformed(fault))
        {
            throw PartStream.Malformed(fault);
        }
    }

    private static string? Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return null;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= MaxBoundaryLength ? boundary : null;
    }

    /// <summary>Some clients send a whole path; only its last part is the name.</summary>
    private static string? FileNameOf(ContentDispositionHeaderValue disposition)
    {
        var given = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
        return given.HasValue ? given.ToString().Split('/', '\\')[^1] : null;
    }

    private static async Task<string?> ReadFieldAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxFieldBytes)
            return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ApiError Malformed(string message) => new(400, ErrorCodes.BadRequest, message);
}

/// <summary>The bytes of one part. A body that ends too early or is no multipart is the caller's fault; without this it could not be
/// told from a fault of the disk that the bytes are written to.</summary>
internal sealed class PartStream(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            throw Malformed(fault);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Requests are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The server's own faults (too large, too slow) know their status already.
    internal static bool IsMalformed(Exception fault) => fault is IOException and not BadHttpRequestException or InvalidDataException;

    internal static BadHttpRequestException Malformed(Exception fault) =>
        new("The multipart body is malformed or ends too early.", StatusCodes.Status400BadRequest, fault);
}

/// <summary>The fields of an upload beside its file.</summary>
internal sealed class UploadFields
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    internal string? ShareId { get; private set; }

    /// <summary>Null is the root of the share.</summary>
    internal string? FolderId { get; private set; }

    /// <summary>Overrides the file name of the part.</summary>
    internal string? Name { get; private set; }

    internal bool ChangedSinceCheck { get; private set; }

    internal void Checked() => ChangedSinceCheck = false;

    /// <summary>False when the field stands twice. Fields this API does not know are passed over.</summary>
    internal bool TrySet(string field, string value)
    {
        if (!_seen.Add(field))
            return false;
        ChangedSinceCheck = true;
        switch (field)
        {
            case "share_id": ShareId = value; break;
            case "folder_id": FolderId = value is "" or "root" ? null : value; break;
            case "name": Name = value is "" ? null : value; break;
        }

        return true;
    }
}

/// <summary>An upload whose bytes are stored.</summary>
internal sealed record Upload(string ShareId, string? FolderId, string Name, StoredContent Content);
