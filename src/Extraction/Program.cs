using ScaiDrive.Extraction.Sandbox;

// Started by ExtractionPool only. "--launch MODE FOLDER COMMAND..." confines this process and turns it into COMMAND,
// "--child FOLDER" reads files until its standard input ends.
return args switch
{
    ["--launch", var mode, var folder, .. { Length: > 0 } command] => Launcher.Run(mode == "confined", folder, command),
    ["--child", var folder] => ChildProgram.Run(folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("This program is started by the ScaiDrive worker; it is not meant to be run by hand.");
    return 2;
}
