using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Drive.Sessions;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Registers what signing in needs. Only where an identity provider is configured.</summary>
internal static class SigningInServices
{
    internal static void AddTo(IServiceCollection services, SignInOptions options)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        services.AddSingleton(options);
        services.AddSingleton(new SessionLife(options.SessionIdle, options.SessionWhole));
        services.AddSingleton<SessionStore>();
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<BrowserCookies>();
        services.AddSingleton<ScaiKeyAddresses>();
        services.AddSingleton<TokenExchange>();
        services.AddSingleton<IdentityTokenValidator>();
        services.AddSingleton<SessionRenewal>();
        services.AddSingleton<SignInFlow>();
        services.AddSingleton<StreamGuard>();
        services.AddSingleton<ISessionAuthenticator, BrowserSessions>();
    }
}
