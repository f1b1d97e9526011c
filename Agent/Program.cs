using Multipath.Agent.Verbs;

return await Root.RunAsync(args);
