#include "event_listener.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace cutroom::test {

EventListener::Connection::Connection(EventListener& listener, bool reset)
    : listener_(listener), reset_(reset), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(listener.port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // HTTP/1.0: the events come as they are, not in chunks.
  std::string request = "GET " + listener.path_ + " HTTP/1.0\r\n";
  if (!listener.last_id.empty()) request += "Last-Event-ID: " + listener.last_id + "\r\n";
  request += "\r\n";
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
      ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    ::close(socket_);
    throw std::runtime_error("can't connect");
  }
}

EventListener::Connection::~Connection() {
  const linger at_once{.l_onoff = reset_ ? 1 : 0, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
}

std::size_t EventListener::Connection::read(std::size_t bytes_max) {
  std::array<char, 4'096> buffer{};
  const ssize_t n = ::recv(socket_, buffer.data(), std::min(buffer.size(), bytes_max), 0);
  if (n <= 0) return 0;
  text_.append(buffer.data(), static_cast<std::size_t>(n));
  return static_cast<std::size_t>(n);
}

bool EventListener::Connection::take(std::vector<HeardEvent>& into) {
  if (status_ == 0) {
    const std::size_t end = text_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    status_ = std::stoi(text_.substr(9, 3));
    text_.erase(0, end + 4);
  }
  bool is_whole = false;
  for (std::size_t end = 0; (end = text_.find("\n\n")) != std::string::npos; text_.erase(0, end + 2)) {
    HeardEvent event{.id = listener_.last_id, .name = {}, .data = {}};
    std::string_view block = std::string_view(text_).substr(0, end);
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(std::min(block.size(), line.size() + 1));
      if (line.starts_with("id: ")) event.id = line.substr(4);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("data: ")) event.data += line.substr(6);
    }
    listener_.last_id = event.id;
    if (!event.data.empty()) into.push_back(std::move(event));
    is_whole = true;
  }
  return is_whole;
}

}  // namespace cutroom::test
