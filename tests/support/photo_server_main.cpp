// The photo server as a program, for benches and for trying things by hand. Prints its port, then serves
// until SIGTERM or SIGINT.
#include <csignal>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "support/photo_server.hpp"

int main(int argc, char** argv) {
  CLI::App app("Serves photos, and scripted misbehaviour, on 127.0.0.1");
  cutroom::test::PhotoServer::Options options;
  std::string folder;
  app.add_option("--port", options.port, "Port; 0 takes a free one");
  app.add_option("--dir", folder, "Folder whose files are served under their names")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  options.folder = folder;

  // Blocked before the server's thread starts, so that it inherits this and sigwait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  try {
    const cutroom::test::PhotoServer server(options);
    std::cout << server.port() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
  } catch (const std::exception& e) {
    std::cerr << "photo_server: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
