using ScaiDrive.Connectors.Smb.Agent;

// Started by AgentProcess only: answers requests on standard input until it ends.
return args switch
{
    ["--smb-agent"] => AgentProgram.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("This program is started by the ScaiDrive worker; it is not meant to be run by hand.");
    return 2;
}
