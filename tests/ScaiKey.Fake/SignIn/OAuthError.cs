using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>A refusal as RFC 6749, 5.2 writes it.</summary>
internal static class OAuthError
{
    internal static IResult Of(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: status);
}
