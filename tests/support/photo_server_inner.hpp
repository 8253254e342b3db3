// The photo server's inside: what its session and its scripted paths share. Everything but the counters
// belongs to the server's thread.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "support/photo_server.hpp"

namespace cutroom::test {

// One request and the socket to answer it on.
struct Exchange {
  boost::asio::ip::tcp::socket& socket;
  PhotoServer::Inner& server;
  std::string path;    // Without query.
  std::string query;   // Without "?".
  bool close = false;  // Set by who wants the connection closed after the answer.
};

struct CannedAnswer {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

class PhotoServer::Inner {
 public:
  explicit Inner(Options);

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket);
  boost::asio::awaitable<void> answer(Exchange&);
  boost::asio::awaitable<void> hold();

  void note(SeenRequest, const std::string& path);

  boost::asio::io_context io{1};
  boost::asio::ip::tcp::acceptor acceptor;
  const std::filesystem::path folder;
  boost::asio::steady_timer held_gate;
  bool held_released = false;

  std::mutex mutex;  // Guards the rest, which tests read and set from their own thread.
  std::condition_variable held_changed;
  std::condition_variable requested;
  std::map<std::string, CannedAnswer> canned;
  std::map<std::string, std::size_t> requests_by_path;
  std::map<std::string, SeenRequest> last_requests;
  std::size_t requests = 0;
  std::size_t connections = 0;
  std::size_t held = 0;
  std::size_t most_held = 0;

  std::thread thread;
};

// Sends a whole answer. `extra_headers`: "Name: value\r\n" each.
boost::asio::awaitable<void> respond(Exchange&, unsigned status, std::string content_type, std::string body,
                                     std::string extra_headers = {});
// The paths of photo_server.hpp; 404 for all others.
boost::asio::awaitable<void> answer_scripted(Exchange&);

}  // namespace cutroom::test
