using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Asks a server with Samba's <c>rpcclient</c> for what libsmbclient cannot.</summary>
internal sealed class RpcClient(AgentFolder folder, SmbSettings settings, SmbSecret secret, string? ticketCache, TimeProvider time)
{
    private const string AuthenticationFile = "rpcclient";

    /// <summary>What is printed of one command, faults included. The program splits commands at semicolons, also inside quotes.</summary>
    /// <exception cref="SourceEntryException">It cannot be asked, or did not answer in time.</exception>
    internal async Task<string> AskAsync(string command, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await RunAsync(command, either.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceEntryException("", new SourceFault(ProblemCodes.TimedOut, $"NT_STATUS_IO_TIMEOUT: no answer within {patience.TotalSeconds:0} seconds."), fault);
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new SourceEntryException(
                "", new SourceFault(ProblemCodes.ReadFailed, "The program rpcclient is missing on this machine. Install the package smbclient."), fault);
        }
    }

    private async Task<string> RunAsync(string command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("rpcclient") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        AgentCommand.SetEnvironment(start, folder, ticketCache);
        string[] login = settings.UsesKerberos ? ["--use-kerberos=required"] : ["--authentication-file", WriteLogin()];
        foreach (var argument in (string[])[
            "--configfile", folder.ConfigurationFile, .. login, "--port", settings.ServerPort.ToString(CultureInfo.InvariantCulture),
            settings.ServerHost, "--command", command])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var fault = process.StandardError.ReadToEndAsync(cancellationToken);
            var printed = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            return printed + await fault;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>From a file that only we can read: others of this machine see command lines.</summary>
    private string WriteLogin()
    {
        var file = Path.Combine(folder.FullPath, AuthenticationFile);
        if (!File.Exists(file))
            AgentFolder.Write(file, Encoding.UTF8.GetBytes($"username = {settings.Username}\npassword = {secret.Password}\ndomain = {settings.Domain}\n"));
        return file;
    }
}
