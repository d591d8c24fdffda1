// Analyses files, one call each: analyze [-target HOST:PORT] FILE...
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"copydesk-client/connection"
	"copydesk-client/copydesk"
)

// More than any article takes, retries included. Without a deadline a call may wait for ever.
const deadline = 10 * time.Second

func main() {
	log.SetFlags(0)
	target := flag.String("target", "127.0.0.1:50051", "`HOST:PORT` of the server")
	flag.Parse()
	channel, err := connection.Connect(*target)
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()
	service := copydesk.NewAnalysisServiceClient(channel)

	failed := false
	for _, file := range flag.Args() {
		text, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		analysis, err := analyze(service, string(text))
		if err != nil {
			failed = true
			for _, line := range connection.ErrorInWords(err) {
				log.Printf("%s: %s", file, line)
			}
			continue
		}
		show(string(text), analysis)
	}
	if failed {
		os.Exit(1)
	}
}

func analyze(service copydesk.AnalysisServiceClient, text string) (*copydesk.AnalyzeResponse, error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	return service.Analyze(ctx, &copydesk.AnalyzeRequest{
		Document: &copydesk.Document{Text: text},
		// Go's strings are indexed by byte.
		OffsetUnit: copydesk.OffsetUnit_OFFSET_UNIT_UTF8_BYTE,
	})
}

func show(text string, analysis *copydesk.AnalyzeResponse) {
	slice := func(span *copydesk.TextSpan) string { return text[span.GetStart():span.GetEnd()] }
	fmt.Println("language", analysis.GetLanguageCode())
	for _, keyword := range analysis.GetKeywords().GetKeywords() {
		fmt.Printf("keyword %.2f %s\n", keyword.GetScore(), keyword.GetText())
	}
	for _, sentence := range analysis.GetSummary().GetSentences() {
		fmt.Println("summary", sentence.GetRank(), slice(sentence.GetSpan()))
	}
	for _, sentence := range analysis.GetSentences().GetSentences() {
		kind := strings.TrimPrefix(sentence.GetKind().String(), "SENTENCE_KIND_")
		fmt.Println("sentence", kind, slice(sentence.GetSpan()))
	}
}
