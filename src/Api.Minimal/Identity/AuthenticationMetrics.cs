using System.Diagnostics.Metrics;
using ScaiDrive.Api.Minimal.Identity.Tokens;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Counts callers who were refused, by the reason that they are not told.</summary>
internal static class AuthenticationMetrics
{
    private static readonly Meter Meter = new("ScaiDrive.Identity");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "scaidrive_auth_failures_total", description: "Callers refused, by reason.");

    internal static void Refused(string reason) => Failures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal static string Label(TokenFault fault) => fault switch
    {
        TokenFault.Missing => "missing",
        TokenFault.Malformed => "malformed",
        TokenFault.Algorithm => "algorithm",
        TokenFault.Issuer => "issuer",
        TokenFault.UnknownKey => "unknown_key",
        TokenFault.ScaikeyUnreachable => "scaikey_unreachable",
        TokenFault.Signature => "signature",
        TokenFault.Expired => "expired",
        TokenFault.NotYetValid => "not_yet_valid",
        TokenFault.Claims => "claims",
        _ => "other_tenant",
    };
}
