using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Identity.Tokens;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Where ScaiKey signs people in and hands out tokens, as its discovery document says. Kept for five minutes, and longer while it does not answer.</summary>
internal sealed partial class ScaiKeyAddresses(ScaiKeyClient scaikey, IdentityOptions options, TimeProvider time, ILogger<ScaiKeyAddresses> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private volatile Known? _known;

    /// <summary>Null: never reached so far.</summary>
    internal async Task<Addresses?> FindAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known && known.Until > time.GetUtcNow())
            return known.Addresses;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } meanwhile && meanwhile.Until > time.GetUtcNow())
                return meanwhile.Addresses;
            return (_known = await FetchAsync(cancellationToken)).Addresses;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Known> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var document = await scaikey.FetchConfigurationAsync(cancellationToken);
            return new(new(Checked(document.AuthorizationEndpoint), Checked(document.TokenEndpoint)), time.GetUtcNow() + Fresh);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested) // whatever is wrong with it: signing in is not possible now
        {
            LogUnknown(fault.Message);
            return new(_known?.Addresses, time.GetUtcNow() + AfterFailure);
        }
    }

    /// <summary>Codes and secrets go there, so a ScaiKey behind https cannot send them over plain http.</summary>
    private Uri Checked(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url is { UserInfo: "", Fragment: "" } && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == options.ScaiKeyUrl.Scheme)
            ? url
            : throw new InvalidDataException("The discovery document names no usable endpoints.");

    [LoggerMessage(LogLevel.Warning, "ScaiKey's discovery document cannot be used: {Reason}")]
    private partial void LogUnknown(string reason);

    private sealed record Known(Addresses? Addresses, DateTimeOffset Until);
}

/// <summary>Where people sign in, and where tokens are handed out.</summary>
internal sealed record Addresses(Uri Authorize, Uri Token);
