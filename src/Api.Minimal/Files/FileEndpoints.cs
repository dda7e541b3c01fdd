using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Files;

/// <summary>Files of a tenant: upload, look up, download, delete.</summary>
internal static class FileEndpoints
{
    // Enough of a file for every signature that names a type.
    private const int HeadBytes = 4096;

    // What the frame around the file may add to a multipart body: boundaries, part headers, fields.
    private const long MultipartOverheadBytes = 128 * 1024;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapFiles()
        {
            var files = routes.MapGroup("/files").WithTags("Files").RequireScope(Scope.FilesRead);
            files.MapPost("", UploadAsync).RequireScope(Scope.FilesWrite).Costs(RequestClass.Transfer).WithName("UploadFile").WithSummary("Upload a file")
                .WithDescription("multipart/form-data with the fields share_id, folder_id (omit for the root), name (overrides the file name) and the file. "
                    + "Put file last: then a wrong share or name is refused before the bytes are sent. The file is streamed into the store and never held in memory.")
                .Accepts<UploadForm>("multipart/form-data");
            files.MapGet("/{file_id}", GetAsync).WithName("GetFile").WithSummary("One file");
            files.MapMethods("/{file_id}/content", ["GET", "HEAD"], ContentAsync).Costs(RequestClass.Transfer).WithName("GetFileContent").WithSummary("The bytes of a file, whole or a range")
                .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
                .Produces(StatusCodes.Status206PartialContent, contentType: "application/octet-stream");
            files.MapDelete("/{file_id}", DeleteAsync).RequireScope(Scope.FilesWrite).WithName("DeleteFile").WithSummary("Put a file into the trash, or remove it for good");
        }
    }

    internal static async Task<Results<Created<FileAnswer>, ErrorResult>> UploadAsync(
        HttpContext context, Caller caller, DriveStore drive, ResourceGate gate, ContentStore content, Database database, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var limit = (await drive.FindTenantAsync(caller.TenantId, cancellationToken))?.MaxFileSizeBytes ?? 0;
        if (context.Request.ContentLength > limit + MultipartOverheadBytes)
            return (ErrorResult)ApiError.TooLarge(limit);
        // The tenant's limit is the only one; it is kept while the file is written.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            body.MaxRequestBodySize = null;

        var (upload, error) = await new UploadReader(content).ReadAsync(
            context.Request, caller.TenantId, limit, fields => CheckAsync(gate, caller, fields, cancellationToken), cancellationToken);
        if (upload is null)
            return (ErrorResult)error!;

        var mimeType = await TypeOfAsync(content, caller.TenantId, upload, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive());
        var file = await writer.CreateFileAsync(
            new NewFile(upload.ShareId, upload.FolderId, upload.Name, upload.Content, mimeType, time.GetUtcNow()), cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/api/v1/files/{file.Id}", FileAnswer.From(file));
    }

    internal static async Task<Results<Ok<FileAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "file_id")] string fileId, Caller caller, ResourceGate gate, CancellationToken cancellationToken)
    {
        var (file, error) = await gate.FileAsync(caller, fileId, Rights.Read, cancellationToken);
        return file is null ? (ErrorResult)error! : TypedResults.Ok(FileAnswer.From(file));
    }

    internal static async Task<Results<FileStreamHttpResult, ErrorResult>> ContentAsync(
        [FromRoute(Name = "file_id")] string fileId,
        [FromQuery(Name = "version"), Range(1, int.MaxValue)] int? version,
        HttpContext context, Caller caller, DriveStore drive, ResourceGate gate, CancellationToken cancellationToken)
    {
        var (file, error) = await gate.FileAsync(caller, fileId, Rights.Read, cancellationToken);
        if (file is null)
            return (ErrorResult)error!;

        var stream = await drive.OpenContentAsync(caller.TenantId, fileId, version, cancellationToken);
        // The bytes of a version never change, so its number is tag enough for one file.
        var tag = new EntityTagHeaderValue(version is null || version == file.Version ? $"\"{file.ChecksumSha256}\"" : $"\"{fileId}.{version}\"");
        context.Response.Headers.CacheControl = "private, no-cache";
        // RFC 9110, 14.2: a range in a unit that is not known is passed over. The framework takes every unit for bytes.
        if (!context.Request.Headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            context.Request.Headers.Remove(HeaderNames.Range);
        // As an attachment of a sandboxed type: a stored page must not run as a page of this server.
        return TypedResults.Stream(stream, file.MimeType, file.Name, file.ModifiedAt, tag, enableRangeProcessing: true);
    }

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "file_id")] string fileId, bool? permanent, Caller caller, DriveStore drive, ResourceGate gate, Database database,
        CancellationToken cancellationToken)
    {
        if ((await gate.FileAsync(caller, fileId, Rights.Delete, cancellationToken, alsoTrashed: permanent is true)).Error is { } error)
            return (ErrorResult)error;

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive());
        await writer.DeleteFileAsync(fileId, permanent is true, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<ApiError?> CheckAsync(ResourceGate gate, Caller caller, UploadFields fields, CancellationToken cancellationToken)
    {
        fields.Checked();
        if (fields.ShareId is not { Length: > 0 } shareId)
            return ApiError.Invalid(new FieldFault(["body", "share_id"], "share_id is required.", "missing"));
        if (fields.FolderId is not { } folderId)
            return (await gate.ShareAsync(caller, shareId, Rights.Create, cancellationToken)).Error;
        var (folder, error) = await gate.FolderAsync(caller, folderId, Rights.Create, cancellationToken);
        return error ?? (folder!.ShareId == shareId ? null : ApiError.NotFound("folder", folderId));
    }

    private static async Task<string> TypeOfAsync(ContentStore content, string tenantId, Upload upload, CancellationToken cancellationToken)
    {
        await using var stream = content.OpenRead(tenantId, upload.Content.Chunks);
        var head = new byte[HeadBytes];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return ContentTypes.FromContent(head.AsSpan(0, length), upload.Name);
    }
}

/// <summary>The parts of an upload, for the API document; <see cref="UploadReader"/> reads them.</summary>
internal sealed record UploadForm
{
    [Required]
    public required string ShareId { get; init; }

    public string? FolderId { get; init; }

    public string? Name { get; init; }

    [Required]
    public required IFormFile File { get; init; }
}

/// <summary>A file.</summary>
internal sealed record FileAnswer : Answer
{
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    public required string ShareId { get; init; }

    public required string? FolderId { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string MimeType { get; init; }

    public required long Size { get; init; }

    public required string ChecksumSha256 { get; init; }

    public required int Version { get; init; }

    public required string OwnerId { get; init; }

    public required string CreatedBy { get; init; }

    public required string ModifiedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public required bool IsDeleted { get; init; }

    public required DateTimeOffset? VectorizedAt { get; init; }

    internal static FileAnswer From(DriveFile file) => new()
    {
        Id = file.Id,
        TenantId = file.TenantId,
        ShareId = file.ShareId,
        FolderId = file.FolderId,
        Name = file.Name,
        Path = file.Path,
        MimeType = file.MimeType,
        Size = file.SizeBytes,
        ChecksumSha256 = file.ChecksumSha256,
        Version = file.Version,
        OwnerId = file.OwnerId,
        CreatedBy = file.CreatedBy,
        ModifiedBy = file.ModifiedBy,
        CreatedAt = file.CreatedAt,
        ModifiedAt = file.ModifiedAt,
        IsDeleted = file.IsDeleted,
        VectorizedAt = file.VectorizedAt,
    };
}
