using Multipath.Lab.Commands;

return await LabCommand.RunAsync(args);
