module strongroom/bench/argon2id

go 1.24.0

require golang.org/x/crypto v0.37.0

require golang.org/x/sys v0.32.0 // indirect
