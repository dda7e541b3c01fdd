using System.Text.Json.Nodes;
using ScaiDrive.Tests.ScaiKey.Keys;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>OpenID Connect Discovery 1.0, 3.</summary>
internal static class Discovery
{
    internal static JsonObject Document(string issuer) => new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = $"{issuer}/authorize",
        ["token_endpoint"] = $"{issuer}/token",
        ["jwks_uri"] = $"{issuer}/.well-known/jwks.json",
        ["response_types_supported"] = new JsonArray("code"),
        ["response_modes_supported"] = new JsonArray("query"),
        ["grant_types_supported"] = new JsonArray("authorization_code", "refresh_token"),
        ["code_challenge_methods_supported"] = new JsonArray("S256"),
        ["token_endpoint_auth_methods_supported"] = new JsonArray("none", "client_secret_basic", "client_secret_post"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray(SigningAlgorithms.Rs256, SigningAlgorithms.Es256),
        ["scopes_supported"] = new JsonArray("openid", "profile", "email", "offline_access"),
    };
}
