"""What a station can send by mistake or malice, made from the official schemas: `payloads`, `breaking`, and where it goes in: `wire`."""
