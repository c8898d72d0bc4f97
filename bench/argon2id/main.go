// Times Argon2id as MinIO derives the key of an item that the root credentials seal: time 1, 64 MiB, 4 lanes, 32 bytes.
package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/argon2"
)

// Prints milliseconds for each derivation, one after the other: the server derives behind one lock.
func main() {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil || rounds < 1 {
		fmt.Fprintln(os.Stderr, "usage: argon2id ROUNDS")
		os.Exit(2)
	}
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	password := []byte("bench-root:bench-root-password")
	argon2.IDKey(password, salt, 1, 64*1024, 4, 32)
	begin := time.Now()
	for i := 0; i < rounds; i++ {
		argon2.IDKey(password, salt, 1, 64*1024, 4, 32)
	}
	fmt.Printf("%.2f\n", float64(time.Since(begin).Microseconds())/1000/float64(rounds))
}
