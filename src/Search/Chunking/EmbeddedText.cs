using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Search.Chunking;

/// <summary>What a model reads of a chunk, and the key its vector is kept under.</summary>
/// <remarks>
/// Every run of white space is one space and Unicode is composed (NFC): where lines were broken says nothing about meaning, but
/// models have tokens for it. The hash is of exactly this text, so that equal hashes mean equal vectors.
/// </remarks>
internal static class EmbeddedText
{
    /// <summary>Context and text as they are embedded.</summary>
    internal static string Of(string? context, string text)
    {
        var whole = context is null ? text : $"{context}\n{text}";
        return DatabaseText.Collapse(DatabaseText.Clean(whole)).Normalize(NormalizationForm.FormC);
    }

    /// <summary>SHA-256, lower-case hex.</summary>
    internal static string HashOf(string embedded) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(embedded)));
}
