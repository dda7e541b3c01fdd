using Microsoft.AspNetCore.Http;
using ScaiDrive.Api.Minimal.Identity.Tokens;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Knows callers who bring no <c>Authorization</c> header: browsers that signed in at the page and send a cookie.</summary>
/// <remarks>Asked only when there is no such header. What it finds is admitted, scoped and audited like a token of its own; and because browsers send
/// cookies along with what other sites make them send, cross-site requests are refused then.</remarks>
internal interface ISessionAuthenticator
{
    /// <summary>The token behind the session of this request; null: it has none that is still good.</summary>
    ValueTask<AccessToken?> FindAsync(HttpContext context, CancellationToken cancellationToken);

    /// <summary>Offers a person who is not signed in a way to do so, instead of an error body. False: this request is not a person's look at a page.</summary>
    ValueTask<bool> OfferSignInAsync(HttpContext context, CancellationToken cancellationToken);
}
