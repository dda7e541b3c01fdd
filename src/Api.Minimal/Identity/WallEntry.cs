using Microsoft.AspNetCore.Http;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Sends the rest of a request behind the wall of its caller's tenant, so that PostgreSQL keeps tenants apart even where a
/// statement forgets to. Stands right behind whatever says who is calling.</summary>
/// <remarks>What is about the whole fleet leaves by <see cref="TenantWall.Outside"/>, at the place that knows why.</remarks>
internal sealed class WallEntry(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        using var wall = context.Features.Get<Caller>() is { } caller ? TenantWall.Enter(caller.TenantId) : null;
        await next(context);
    }
}
