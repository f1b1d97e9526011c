System.Console.WriteLine("Lab");
