using System.Globalization;
using System.Net;
using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Store;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>Reads <c>SCAIDRIVE_*</c> variables, collecting every problem before it gives up, so that one start tells all.</summary>
internal sealed class SettingsReader(IReadOnlyDictionary<string, string> environment)
{
    private const string Prefix = "SCAIDRIVE_";

    private readonly List<string> problems = [];
    private readonly List<string> warnings = [];
    private readonly HashSet<string> known = [];

    /// <summary>The environment of this process.</summary>
    internal static HostSettings ReadEnvironment() => new SettingsReader(
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "")).Read();

    /// <exception cref="BadSettingsException">At least one value is wrong.</exception>
    internal HostSettings Read()
    {
        var dataDirectory = Path.GetFullPath(Text("DATA_DIR") ?? ".scaidrive");
        var identity = new IdentitySettings(Text, Refuse, warnings.Add).Read();
        var signIn = new SignInSettings(Text, Number, Refuse);
        if (identity is null)
            signIn.RefuseAll();
        var settings = new HostSettings
        {
            DatabaseUrl = DatabaseUrl(),
            DataDirectory = dataDirectory,
            IndexDirectory = Path.GetFullPath(Text("INDEX_DIR") ?? Path.Combine(dataDirectory, "index")),
            BindAddress = BindAddress(identity is not null),
            Port = Number("PORT", 8000, 0, 65535),
            LogLevel = Level(),
            WorkerSlots = Number("WORKER_SLOTS", 8, 2, 256),
            WorkerMetricsPort = Number("WORKER_METRICS_PORT", 9100, 0, 65535),
            Extraction = ExtractionSettings.Read(Number),
            OcrLanguages = Languages(),
            WeightsDirectory = ExistingDirectory("WEIGHTS_DIR"),
            SecretKeys = SecretKeys(),
            ConnectorRoots = Directories("CONNECTOR_ROOTS"),
            KerberosCaches = Directories("KERBEROS_CACHES"),
            ProviderHosts = ProviderHosts(),
            Weaviate = Weaviate(),
            Identity = identity,
            SignIn = identity is null ? new() : signIn.ReadSignIn(),
            RateLimits = identity is null ? new() : signIn.ReadRateLimits(),
        };
        if (!IPAddress.TryParse(settings.BindAddress, out var address) || (!IPAddress.IsLoopback(address) && settings.SignIn.PublicUrl is null))
            warnings.Add("SCAIDRIVE_PUBLIC_URL is not set: cookies of people who sign in are only safe when browsers reach this server over https, and it takes their word for how.");
        RefuseWhatIsNotServedYet();
        WarnOfUnknownNames();
        if (problems.Count > 0)
            throw new BadSettingsException(problems);
        return settings with { Warnings = warnings };
    }

    private string? DatabaseUrl()
    {
        if (Text("DATABASE_URL") is not { } value)
            return null;
        try
        {
            PostgresDataSource.Parse(value);
        }
        catch (FormatException fault)
        {
            Refuse("DATABASE_URL", fault.Message);
        }

        return value;
    }

    private string BindAddress(bool hasIdentity)
    {
        var value = Text("HOST") ?? "127.0.0.1";
        if (value == "localhost")
            return "127.0.0.1";
        if (!IPAddress.TryParse(value, out var address))
            Refuse("HOST", $"'{value}' is not an IP address. Allowed: 127.0.0.1, ::1 or another loopback address; any address when SCAIDRIVE_SCAIKEY_URL is set, such as 0.0.0.0.");
        else if (!IPAddress.IsLoopback(address) && !hasIdentity)
            Refuse("HOST", $"'{value}' would let others in without a login. Without an identity provider (SCAIDRIVE_SCAIKEY_URL) only loopback addresses are allowed: 127.0.0.1 or ::1.");
        return value;
    }

    private LogLevel Level()
    {
        const string Allowed = "trace, debug, information, warning, error, critical";
        var value = Text("LOG_LEVEL") ?? "information";
        if (!value.All(char.IsDigit) && Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level) && level != LogLevel.None)
            return level;
        Refuse("LOG_LEVEL", $"'{value}' is not a level. Allowed: {Allowed}.");
        return LogLevel.Information;
    }

    private int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } value)
            return otherwise;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Refuse(name, $"'{value}' is not allowed. Allowed: a whole number from {least} to {most} (default {otherwise}).");
        return otherwise;
    }

    private string[] Languages()
    {
        var value = Text("OCR_LANGUAGES") ?? "eng";
        var languages = value.Split('+', ',');
        if (languages.Any(language => language.Length is < 2 or > 30 || !language.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')))
            Refuse("OCR_LANGUAGES", $"'{value}' is not a list of languages. Allowed: Tesseract's names joined by '+', such as eng+deu.");
        return languages;
    }

    private string? ExistingDirectory(string name)
    {
        if (Text(name) is not { } value)
            return null;
        if (!Directory.Exists(value))
            Refuse(name, $"The directory '{value}' does not exist. Allowed: the directory that holds the files of the embedding model.");
        return Path.GetFullPath(value);
    }

    private string[] Directories(string name)
    {
        var directories = (Text(name) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (directories.FirstOrDefault(directory => !Path.IsPathRooted(directory)) is { } relative)
            Refuse(name, $"'{relative}' is not an absolute path. Allowed: absolute directories, colon separated.");
        return [.. directories.Select(Path.GetFullPath)];
    }

    private string[] ProviderHosts()
    {
        if (Text("PROVIDER_HOSTS") is not { } value)
            return [.. Search.Embedding.Providers.Remote.ProviderHosts.Default];
        var hosts = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (hosts.FirstOrDefault(host => host != "*" && Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown) is { } wrong)
            Refuse("PROVIDER_HOSTS", $"'{wrong}' is not a host. Allowed: host names and addresses without port, comma separated, or *.");
        return hosts;
    }

    private List<byte[]> SecretKeys()
    {
        var keys = new List<byte[]>();
        foreach (var part in (Text("SECRET_KEY") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var key = new byte[33];
            if (Convert.TryFromBase64String(part, key, out var length) && length == 32)
                keys.Add(key[..32]);
            else
                Refuse("SECRET_KEY", "A key is not 32 bytes in base64. Allowed: one or more such keys, comma separated, made with 'openssl rand -base64 32'.");
        }

        return keys;
    }

    private WeaviateOptions? Weaviate()
    {
        var key = Text("WEAVIATE_API_KEY");
        if (Text("WEAVIATE_URL") is not { } value)
        {
            if (key is not null)
                Refuse("WEAVIATE_API_KEY", "There is a key but no server. Set SCAIDRIVE_WEAVIATE_URL, or unset the key.");
            return null;
        }

        // What stands before an @ would be a password, and addresses are logged.
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { UserInfo: "", Query: "", Fragment: "" })
            return new() { Url = url, ApiKey = key };
        Refuse("WEAVIATE_URL", "Not an address of a Weaviate server. Allowed: http://host:port or https://host, without user, query and /v1; the key goes into SCAIDRIVE_WEAVIATE_API_KEY.");
        return null;
    }

    /// <summary>Names of the documented configuration that this build does not act on must not be ignored in silence.</summary>
    private void RefuseWhatIsNotServedYet()
    {
        foreach (var name in (string[])["S3_ENDPOINT", "S3_BUCKET"])
        {
            if (Text(name) is not null)
                Refuse(name, "The S3 content store is not part of this build. Unset it; content is then kept below SCAIDRIVE_DATA_DIR.");
        }

        if (Text("REDIS_URL") is not null)
            warnings.Add("SCAIDRIVE_REDIS_URL is set and not needed: queues, sessions and events live in PostgreSQL.");
    }

    private void WarnOfUnknownNames()
    {
        foreach (var name in environment.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (!known.Contains(name))
                warnings.Add($"{name} is not a setting of ScaiDrive. Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
        }
    }

    private string? Text(string name)
    {
        known.Add(Prefix + name);
        return environment.TryGetValue(Prefix + name, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
    }

    private void Refuse(string name, string problem) => problems.Add($"{Prefix}{name}: {problem}");
}
