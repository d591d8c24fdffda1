// Analyses each .txt file of a folder over one stream: stream [-target HOST:PORT] FOLDER
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"copydesk-client/connection"
	"copydesk-client/copydesk"
)

// For the whole folder: a stream's deadline is that of all its items.
const deadline = 10 * time.Minute

// How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small.
const window = 32

func main() {
	log.SetFlags(0)
	target := flag.String("target", "127.0.0.1:50051", "`HOST:PORT` of the server")
	flag.Parse()
	failed, err := run(*target, flag.Arg(0))
	if err != nil {
		for _, line := range connection.ErrorInWords(err) {
			log.Print(line)
		}
	}
	if failed || err != nil {
		os.Exit(1)
	}
}

func run(target, folder string) (failed bool, err error) {
	channel, err := connection.Connect(target)
	if err != nil {
		return true, err
	}
	defer channel.Close()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	// Also ends the sender, wherever it waits, when this function returns early.
	defer cancel()
	stream, err := copydesk.NewAnalysisServiceClient(channel).AnalyzeStream(ctx)
	if err != nil {
		return true, err
	}

	room := make(chan struct{}, window)
	sent := make(chan error, 1)
	go func() { sent <- send(stream, folder, room) }()
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return failed, <-sent
		}
		if err != nil {
			return true, err
		}
		<-room
		failed = show(response.GetResult()) || failed
	}
}

// send reads a file only when there is room for it.
func send(stream copydesk.AnalysisService_AnalyzeStreamClient, folder string, room chan<- struct{}) error {
	// What was sent is answered all the same, whatever goes wrong here.
	defer stream.CloseSend()
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return err
	}
	for _, file := range files {
		select {
		case room <- struct{}{}:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		maxKeywords := uint32(3)
		request := &copydesk.AnalyzeRequest{
			Document:   &copydesk.Document{Text: string(text)},
			OffsetUnit: copydesk.OffsetUnit_OFFSET_UNIT_UTF8_BYTE,
			// These parts alone.
			Language: &copydesk.LanguageOptions{},
			Keywords: &copydesk.KeywordOptions{MaxKeywords: &maxKeywords},
		}
		item := &copydesk.AnalyzeItem{Id: filepath.Base(file), Request: request}
		// Send waits while the connection has no room. Its error is EOF: Recv tells the true one.
		if err := stream.Send(&copydesk.AnalyzeStreamRequest{Item: item}); err != nil {
			return nil
		}
	}
	return nil
}

// show prints one result, in whichever order they come; it answers whether it is an error.
func show(result *copydesk.AnalyzeResult) bool {
	if err := result.GetError(); err != nil {
		fmt.Printf("%s: %s\n", result.GetId(), strings.Join(connection.InWords(err), ", "))
		return true
	}
	analysis := result.GetAnalysis()
	var keywords []string
	for _, keyword := range analysis.GetKeywords().GetKeywords() {
		keywords = append(keywords, keyword.GetText())
	}
	fmt.Printf("%s: %s: %s\n", result.GetId(), analysis.GetLanguageCode(), strings.Join(keywords, ", "))
	return false
}
