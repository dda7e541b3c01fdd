using System.Text;
using ScaiDrive.Extraction.Formats.Office.Protection;

namespace ScaiDrive.Extraction.Tests;

/// <summary>The headers come from documents that other programs protected.</summary>
public sealed class ProtectionTests
{
    private const string Rc4Header = "01000100" + "13516309f47031f09b763fb45c419525" + "b67cc4eb799271e4bb704831dfc0a6b1" + "23c3d7b9a6c2db1e6588b462b46b18b2";
    private const string StandardHeader = "24000000" + "8c000000" + "24000000000000000e66000004800000800000001800000000000000000000004d006900630072006f0073006f0066007400200045006e00680061006e00"
        + "6300650064002000520053004100200061006e00640020004100450053002000430072007900700074006f0067007200610070006800690063002000500072006f00760069006400650072000000"
        + "10000000fae21c187d876d83b08e6328e7628e90a300400a19d0cf58b66f3e289e2e0acb14000000425dddf2cde842b15a26267ff1af59ede5b0e9e920e462f9598ccb5c4666c8b9";
    private const string CryptoApiTail = "4d006900630072006f0073006f0066007400200042006100730065002000430072007900700074006f0067007200610070006800690063002000500072006f00760069006400650072002000760031002e0030000000";
    private const string AgileHeader = """
        <encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">
        <keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="AzfMdNybFQxL2rVC4Kc8yw=="/>
        <keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="100000" saltSize="16" blockSize="16" keyBits="256" hashSize="64"
        cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="M0GBirm2915c1f583I/WZg==" encryptedVerifierHashInput="OlA7Ut6eD756Rd1EcKzpdQ=="
        encryptedVerifierHashValue="hmrvZCLEc858HBEQujuZ3WVpn0MtD0IY0M0uUAdgV+b5ahCyRPcQLaZCvIxUWEkF//k6rdXmKBuzaNjR+J1buA==" encryptedKeyValue="D/d8cXY1za19cX4CD5H9bpyDXvWD9TjshCm6fzqtHAI="/>
        </keyEncryptor></keyEncryptors></encryption>
        """;

    [Fact]
    public void The_stream_cipher_gives_the_bytes_everybody_gets()
    {
        var text = "Plaintext"u8.ToArray();

        new Rc4("Key"u8).Apply(text);

        Assert.Equal("BBF316E8D940AF0AD3", Convert.ToHexString(text));
    }

    [Theory]
    [InlineData("abc", 20810, 52250)]
    [InlineData("VelvetSweatshop", 0xB359, 0x9A0A)]
    public void The_oldest_method_knows_its_password_by_two_numbers(string password, int key, int verifier)
    {
        Assert.NotNull(XorObfuscation.Open((ushort)key, (ushort)verifier, password));
        Assert.Null(XorObfuscation.Open((ushort)key, (ushort)verifier, "another"));
        Assert.Null(XorObfuscation.Open((ushort)(key ^ 1), (ushort)verifier, password));
    }

    [Fact]
    public void What_the_oldest_method_mixed_is_restored_from_any_place()
    {
        var xor = XorObfuscation.Open(20810, 52250, "abc")!;
        var (whole, tail) = (new byte[40], new byte[13]);

        xor.Restore(whole, start: 5);
        xor.Restore(tail, start: 5 + 27);

        Assert.Equal(whole[27..], tail);
        Assert.True(whole.Distinct().Count() > 8);
    }

    [Theory]
    [InlineData(Rc4Header)]
    [InlineData("02000200" + "04000000" + "76000000" + "0400000000000000016800000480000080000000010000000000000000000000" + CryptoApiTail
        + "100000000e1a6c26f903ef1c9b9ae7b8e664419b1f40201e3f9fcc2b7041ad5d0fd9cad614000000af3e0f61188406e95e32763cbac7482f0edf7738")]
    [InlineData("02000200" + "04000000" + "76000000" + "0400000000000000016800000480000028000000010000000000000000000000" + CryptoApiTail
        + "100000003ef23652d0dd5e21d97f90ab3188b735e9a9d0164b569550a5effcd95f722a8114000000d22629948bcc3429b1b26a4a1debf107f458118b")]
    public void Binary_documents_open_with_their_password_alone(string header)
    {
        var bytes = Convert.FromHexString(header);

        Assert.NotNull(Rc4Encryption.Open(bytes, DefaultPassword.Value));
        Assert.Null(Rc4Encryption.Open(bytes, "another"));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(Rc4Encryption.Open(bytes.AsSpan(0, length), DefaultPassword.Value));
    }

    [Fact]
    public void Packages_of_2007_open_with_their_password_alone()
    {
        var header = Convert.FromHexString(StandardHeader);

        using var opened = StandardEncryption.Open(header, DefaultPassword.Value);

        Assert.NotNull(opened);
        Assert.Null(StandardEncryption.Open(header, "another"));
        Assert.Throws<InvalidDataException>(() => StandardEncryption.Open(header.AsSpan(0, header.Length - 1), DefaultPassword.Value));
    }

    [Fact]
    public void Packages_of_2010_and_later_open_with_their_password_alone()
    {
        using var opened = Open(AgileHeader, DefaultPassword.Value);

        Assert.NotNull(opened);
        Assert.Null(Open(AgileHeader, "another"));
        Assert.Throws<InvalidDataException>(() => Open(AgileHeader.Replace("100000", "99999999", StringComparison.Ordinal), DefaultPassword.Value));
        Assert.Throws<InvalidDataException>(() => Open(AgileHeader.Replace("AES", "DES", StringComparison.Ordinal), DefaultPassword.Value));

        static AgileEncryption? Open(string header, string password) => AgileEncryption.Open(new MemoryStream(Encoding.UTF8.GetBytes(header)), password, new(), () => { });
    }
}
