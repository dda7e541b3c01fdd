using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Extraction;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Tests;

public sealed class SettingsReaderTests
{
    [Theory]
    [InlineData("SCAIDRIVE_PORT", "eighty", "0 to 65535")]
    [InlineData("SCAIDRIVE_PORT", "70000", "0 to 65535")]
    [InlineData("SCAIDRIVE_PORT", "-1", "0 to 65535")]
    [InlineData("SCAIDRIVE_LOG_LEVEL", "loud", "warning")]
    [InlineData("SCAIDRIVE_LOG_LEVEL", "3", "warning")]
    [InlineData("SCAIDRIVE_HOST", "0.0.0.0", "loopback")]
    [InlineData("SCAIDRIVE_HOST", "example.org", "IP address")]
    [InlineData("SCAIDRIVE_WORKER_SLOTS", "1", "2 to 256")]
    [InlineData("SCAIDRIVE_EXTRACTION_MEMORY_MB", "64", "128 to")]
    [InlineData("SCAIDRIVE_EXTRACTION_TOTAL_SECONDS", "60", "90 to")]
    [InlineData("SCAIDRIVE_SECRET_KEY", "c2hvcnQ=", "32 bytes")]
    [InlineData("SCAIDRIVE_OCR_LANGUAGES", "eng+../x", "Tesseract")]
    [InlineData("SCAIDRIVE_OCR_MIN_CONFIDENCE", "101", "0 to 100")]
    [InlineData("SCAIDRIVE_CONNECTOR_ROOTS", "srv/files", "absolute")]
    [InlineData("SCAIDRIVE_KERBEROS_CACHES", "run/krb5", "absolute")]
    [InlineData("SCAIDRIVE_WEIGHTS_DIR", "/nowhere/at/all", "does not exist")]
    [InlineData("SCAIDRIVE_DATABASE_URL", "mysql://u:geheim@h/d", "PostgreSQL")]
    [InlineData("SCAIDRIVE_SCAIKEY_URL", "id.example.org", "https://")]
    [InlineData("SCAIDRIVE_SCAIKEY_URL", "https://user:geheim@id.example.org", "https://")]
    [InlineData("SCAIDRIVE_SCAIKEY_URL", "https://id.example.org/?tenant=x", "https://")]
    [InlineData("SCAIDRIVE_SCAIKEY_URL", "http://id.example.org", "SCAIDRIVE_SCAIKEY_ALLOW_HTTP")]
    [InlineData("SCAIDRIVE_JWT_ISSUER", "https://id.example.org", "SCAIDRIVE_SCAIKEY_URL")]
    [InlineData("SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET", "geheim", "SCAIDRIVE_SCAIKEY_URL")]
    [InlineData("SCAIDRIVE_PUBLIC_URL", "https://drive.example.org", "SCAIDRIVE_SCAIKEY_URL")]
    [InlineData("SCAIDRIVE_RATE_LIMIT_TOKEN", "10", "SCAIDRIVE_SCAIKEY_URL")]
    [InlineData("SCAIDRIVE_WEAVIATE_URL", "weaviate:8080", "http://host:port")]
    [InlineData("SCAIDRIVE_WEAVIATE_URL", "http://user:geheim@weaviate:8080", "SCAIDRIVE_WEAVIATE_API_KEY")]
    [InlineData("SCAIDRIVE_WEAVIATE_API_KEY", "geheim", "SCAIDRIVE_WEAVIATE_URL")]
    public void A_bad_value_is_refused_with_its_name_and_what_is_allowed(string name, string value, string allowed)
    {
        var fault = Assert.Throws<BadSettingsException>(() => Read((name, value)));

        var problem = Assert.Single(fault.Problems);
        Assert.StartsWith(name + ":", problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SCAIDRIVE_PUBLIC_URL", "drive.example.org", "https://host")]
    [InlineData("SCAIDRIVE_PUBLIC_URL", "https://user:geheim@drive.example.org", "https://host")]
    [InlineData("SCAIDRIVE_PUBLIC_URL", "https://drive.example.org/drive", "https://host")]
    [InlineData("SCAIDRIVE_SESSION_IDLE_MINUTES", "721", "2 to 720")]
    [InlineData("SCAIDRIVE_RATE_LIMIT_TENANT", "0", "1 to")]
    public void A_bad_value_about_signing_in_is_refused_with_its_name_and_what_is_allowed(string name, string value, string allowed)
    {
        var fault = Assert.Throws<BadSettingsException>(() => Read(("SCAIDRIVE_SCAIKEY_URL", "https://id.example.org"), (name, value)));

        var problem = Assert.Single(fault.Problems);
        Assert.StartsWith(name + ":", problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weaviate_server_is_taken_with_its_key()
    {
        var weaviate = Read(("SCAIDRIVE_WEAVIATE_URL", "http://weaviate:8080"), ("SCAIDRIVE_WEAVIATE_API_KEY", "geheim")).Weaviate;

        Assert.Equal(("http://weaviate:8080/", "geheim"), (weaviate!.Url.AbsoluteUri, weaviate.ApiKey));
        Assert.Null(Read().Weaviate);
    }

    [Fact]
    public void With_an_identity_provider_the_host_may_listen_to_the_network()
    {
        var settings = Read(("SCAIDRIVE_SCAIKEY_URL", "https://id.example.org/"), ("SCAIDRIVE_HOST", "0.0.0.0"), ("SCAIDRIVE_JWT_ISSUER", "https://issuer.example.org"));

        Assert.Equal("0.0.0.0", settings.BindAddress);
        Assert.Equal(("https://id.example.org/", "https://issuer.example.org"), (settings.Identity!.ScaiKeyUrl.AbsoluteUri, settings.Identity.Issuer));
        Assert.Null(Read().Identity);
    }

    [Theory]
    [InlineData("http://localhost:9000", null)]
    [InlineData("http://127.0.0.1:9000", null)]
    [InlineData("http://[::1]:9000", null)]
    [InlineData("http://scaikey:9000", "1")]
    public void Keys_are_fetched_without_encryption_only_from_this_machine_or_when_it_is_allowed(string url, string? allowed)
    {
        var settings = Read(("SCAIDRIVE_SCAIKEY_URL", url), ("SCAIDRIVE_SCAIKEY_ALLOW_HTTP", allowed ?? ""));

        Assert.Equal(new Uri(url), settings.Identity!.ScaiKeyUrl);
        Assert.Equal(allowed is not null, settings.Warnings.Count > 0);
    }

    [Theory]
    [InlineData("SCAIDRIVE_UNSCOPED_TOKENS", "none", "admin, files")]
    [InlineData("SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET", "geheim", "16 characters")]
    public void What_belongs_to_the_identity_provider_is_checked_too(string name, string value, string allowed)
    {
        var fault = Assert.Throws<BadSettingsException>(() => Read(("SCAIDRIVE_SCAIKEY_URL", "https://id.example.org"), (name, value)));

        var problem = Assert.Single(fault.Problems);
        Assert.StartsWith(name + ":", problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_secrets_of_the_webhook_are_good_while_one_replaces_another()
    {
        var settings = Read(
            ("SCAIDRIVE_SCAIKEY_URL", "https://id.example.org"), ("SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET", "whsec_0123456789abcdef, whsec_fedcba9876543210"),
            ("SCAIDRIVE_UNSCOPED_TOKENS", "files"));

        Assert.Equal(["whsec_0123456789abcdef", "whsec_fedcba9876543210"], settings.Identity!.WebhookSecrets);
        Assert.Equal(Scope.FilesWrite, settings.Identity.UnscopedTokens);
    }

    [Fact]
    public void All_problems_are_told_at_once() =>
        Assert.Equal(2, Assert.Throws<BadSettingsException>(() => Read(("SCAIDRIVE_PORT", "x"), ("SCAIDRIVE_HOST", "x"))).Problems.Count);

    [Fact]
    public void Redis_is_accepted_and_ignored_with_one_warning() =>
        Assert.Contains("not needed", Assert.Single(Read(("SCAIDRIVE_REDIS_URL", "redis://cache:6379/0")).Warnings), StringComparison.Ordinal);

    [Fact]
    public void A_misspelt_name_is_pointed_out() =>
        Assert.StartsWith("SCAIDRIVE_PROT is not", Assert.Single(Read(("SCAIDRIVE_PROT", "8000")).Warnings), StringComparison.Ordinal);

    [Fact]
    public void Nothing_set_gives_the_documented_defaults()
    {
        var settings = Read();

        Assert.Equal((8000, "127.0.0.1", 8), (settings.Port, settings.BindAddress, settings.WorkerSlots));
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Limits_of_extraction_are_read_and_the_others_keep_their_defaults()
    {
        var limits = Read(("SCAIDRIVE_EXTRACTION_MAX_TEXT_MB", "3"), ("SCAIDRIVE_EXTRACTION_NO_PROGRESS_SECONDS", "900")).Extraction.Limits;

        Assert.Equal(new ExtractionLimits { MaxTextBytes = 3 << 20, NoProgress = TimeSpan.FromMinutes(15), WallClock = TimeSpan.FromMinutes(15) }, limits);
    }

    private static HostSettings Read(params (string Name, string Value)[] variables) =>
        new SettingsReader(variables.ToDictionary(pair => pair.Name, pair => pair.Value)).Read();
}
