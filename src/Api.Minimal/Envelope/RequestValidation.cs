using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>Checks the validation attributes on the parameters of a handler and on the members of its body,
/// the same attributes the OpenAPI document shows. Every fault is reported, not only the first.</summary>
internal static class RequestValidation
{
    internal static EndpointFilterDelegate Filter(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var checks = factory.MethodInfo.GetParameters().Select(Check.For).OfType<Check>().ToArray();
        if (checks.Length == 0)
            return next;

        return invocation =>
        {
            List<FieldFault> faults = [];
            foreach (var check in checks)
                check.Run(invocation.Arguments[check.Position], faults);
            return faults.Count == 0 ? next(invocation) : ValueTask.FromResult<object?>(new ErrorResult(ApiError.Invalid(faults)));
        };
    }

    /// <summary>What is wrong with the members of an object, by their validation attributes.</summary>
    internal static List<FieldFault> Faults(object body, params IReadOnlyList<string> loc)
    {
        List<FieldFault> faults = [];
        foreach (var property in body.GetType().GetProperties())
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            var context = new ValidationContext(body) { DisplayName = name };
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (rule.GetValidationResult(property.GetValue(body), context) is not { } fault)
                    continue;
                faults.Add(new FieldFault([.. loc, name], fault.ErrorMessage ?? "Invalid.", rule is RequiredAttribute ? "missing" : "value_error"));
                break;
            }
        }

        return faults;
    }

    private sealed record Check(int Position, string Name, string Source, bool IsBody, ValidationAttribute[] Rules)
    {
        private bool MayBeEmpty { get; init; }

        internal static Check? For(ParameterInfo parameter)
        {
            if (parameter.GetCustomAttribute<FromBodyAttribute>() is { } body)
                return new Check(parameter.Position, parameter.Name!, "body", true, []) { MayBeEmpty = body.EmptyBodyBehavior == EmptyBodyBehavior.Allow };
            var rules = parameter.GetCustomAttributes<ValidationAttribute>().ToArray();
            if (rules.Length == 0)
                return null;
            var query = parameter.GetCustomAttribute<FromQueryAttribute>();
            return new Check(parameter.Position, query?.Name ?? parameter.Name!, "query", false, rules);
        }

        internal void Run(object? value, List<FieldFault> faults)
        {
            if (IsBody)
                RunBody(value, faults);
            else
                RunParameter(value, faults);
        }

        private void RunParameter(object? value, List<FieldFault> faults)
        {
            var context = new ValidationContext(this) { DisplayName = Name, MemberName = null };
            foreach (var rule in Rules)
            {
                if (rule.GetValidationResult(value, context) is not { } fault)
                    continue;
                faults.Add(new FieldFault([Source, Name], fault.ErrorMessage ?? "Invalid.", rule is RequiredAttribute ? "missing" : "value_error"));
                break;
            }
        }

        private void RunBody(object? body, List<FieldFault> faults)
        {
            if (body is null)
            {
                if (MayBeEmpty)
                    return;
                faults.Add(new FieldFault(["body"], "A JSON object is required.", "missing"));
                return;
            }

            faults.AddRange(Faults(body, "body"));
        }
    }
}
