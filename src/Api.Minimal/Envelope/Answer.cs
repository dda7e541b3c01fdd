using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>A JSON object this API answers with: its own fields at the top, and <c>meta</c> beside them.</summary>
internal abstract record Answer
{
    /// <summary>Set on the way out by <see cref="AnswerFilter"/>; left out where an answer stands inside another.</summary>
    [JsonPropertyOrder(100)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnswerMeta? Meta { get; set; }
}

/// <summary>Puts the request id into every <see cref="Answer"/>.</summary>
internal sealed class AnswerFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (ValueOf(result) is Answer answer)
            answer.Meta = new AnswerMeta(context.HttpContext.TraceIdentifier);
        return result;
    }

    private static object? ValueOf(object? result) => result switch
    {
        INestedHttpResult nested => ValueOf(nested.Result),
        IValueHttpResult valued => valued.Value,
        _ => result,
    };
}
