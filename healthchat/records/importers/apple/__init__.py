"""Apple Health's export: `export.xml`, alone or in `export.zip`."""
