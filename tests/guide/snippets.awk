# snippets.awk - the C of docs/guide.md as one file, each block knowing its line there
/^ *```c$/ { on = 1; printf "#line %d \"docs/guide.md\"\n", NR + 1; next }
/^ *```$/ { on = 0 }
on
