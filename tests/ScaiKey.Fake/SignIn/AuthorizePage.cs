using System.Net;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Tests.ScaiKey.Tokens;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>Asks who signs in. There are no passwords: whoever reaches this page may be anybody, which is why it listens on loopback alone.</summary>
internal sealed class AuthorizePage(ClientRegistry clients, UserDirectory users, Grants grants)
{
    internal IResult Show(HttpRequest request)
    {
        var asked = AuthorizeRequest.From(name => request.Query[name]);
        if (asked.Fatal(clients) is { } problem)
            return Results.Text(problem, statusCode: StatusCodes.Status400BadRequest);
        if (asked.Refusal() is var (error, description))
            return asked.Back(("error", error), ("error_description", description));
        var hidden = string.Concat(AuthorizeRequest.Names.Where(name => request.Query.ContainsKey(name))
            .Select(name => $"<input type=\"hidden\" name=\"{name}\" value=\"{WebUtility.HtmlEncode(request.Query[name])}\">"));
        return Results.Content(Template().Replace("{{hidden}}", hidden, StringComparison.Ordinal).Replace("{{users}}", Choices(), StringComparison.Ordinal), "text/html; charset=utf-8");
    }

    internal async Task<IResult> ChooseAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        var asked = AuthorizeRequest.From(name => form.TryGetValue(name, out var value) ? value.ToString() : null);
        if (asked.Fatal(clients) is { } problem)
            return Results.Text(problem, statusCode: StatusCodes.Status400BadRequest);
        if (asked.Refusal() is var (error, description))
            return asked.Back(("error", error), ("error_description", description));
        if (users.Find(form["user"].ToString()) is not { Status: "ACTIVE" } user)
            return asked.Back(("error", "access_denied"), ("error_description", "Nobody signed in."));
        var code = grants.NewCode(new(user.Id, asked.ClientId, asked.RedirectUri, asked.Challenge, asked.Nonce, asked.Scope));
        return asked.Back(("code", code));
    }

    private string Choices() => string.Concat(users.All.Select(user =>
        $"<li><button name=\"user\" value=\"{WebUtility.HtmlEncode(user.Id)}\"><b>{WebUtility.HtmlEncode(user.Name)}</b> " +
        $"<span>{WebUtility.HtmlEncode(user.Email)}</span><small>{WebUtility.HtmlEncode(user.About)}</small></button></li>"));

    private static string Template()
    {
        using var stream = typeof(AuthorizePage).Assembly.GetManifestResourceStream("SignIn/authorize.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
