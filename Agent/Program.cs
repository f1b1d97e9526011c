System.Console.WriteLine("Agent");
